import { type CelType, dynType, isOptionalType, nullType, withParameters } from '../types.ts'

/**
 * What type parameters stand for so far. Assignability may add entries on a path that fails in the end, so changes are
 * logged and can be undone: copying the whole mapping for each call would make long expressions quadratic.
 */
export class TypeMapping {
  readonly #map = new Map<string, CelType>()
  readonly #log: { key: string; before: CelType | undefined }[] = []

  find(type: CelType): CelType | undefined {
    return this.#map.size === 0 ? undefined : this.#map.get(type.key)
  }

  add(from: CelType, to: CelType): void {
    this.#log.push({ key: from.key, before: this.#map.get(from.key) })
    this.#map.set(from.key, to)
  }

  mark(): number {
    return this.#log.length
  }

  undo(mark: number): void {
    while (this.#log.length > mark) {
      const { key, before } = this.#log.pop()!
      if (before === undefined) this.#map.delete(key)
      else this.#map.set(key, before)
    }
  }
}

/** Could a value of `b` stand where `a` is expected (cel-go checker/types.go)? Binds type parameters on success. */
export function isAssignable(mapping: TypeMapping, a: CelType, b: CelType): boolean {
  const mark = mapping.mark()
  if (assignable(mapping, a, b)) return true
  mapping.undo(mark)
  return false
}

export function isAssignableList(mapping: TypeMapping, a: readonly CelType[], b: readonly CelType[]): boolean {
  const mark = mapping.mark()
  if (assignableList(mapping, a, b)) return true
  mapping.undo(mark)
  return false
}

function assignableList(mapping: TypeMapping, a: readonly CelType[], b: readonly CelType[]): boolean {
  return a.length === b.length && a.every((type, i) => assignable(mapping, type, b[i]!))
}

function assignable(mapping: TypeMapping, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const { valid, bound } = substitution(mapping, a, b)
    if (valid) return true
    if (bound) return false
  }
  if (a.kind === 'param') return substitution(mapping, b, a).valid
  if (isDynOrError(a) || isDynOrError(b)) return true
  if (a.kind === 'null') return acceptsNull(b)
  if (b.kind === 'null') return acceptsNull(a)
  switch (a.kind) {
    case 'type':
      return b.kind === 'type'
    case 'opaque':
    case 'list':
    case 'map':
      return a.kind === b.kind && a.name === b.name && assignableList(mapping, a.parameters, b.parameters)
    default:
      return a.key === b.key
  }
}

function substitution(mapping: TypeMapping, a: CelType, parameter: CelType): { valid: boolean; bound: boolean } {
  if (a.key === parameter.key) return { valid: true, bound: true }
  const known = mapping.find(parameter)
  if (known !== undefined) {
    if (a.key === known.key) return { valid: true, bound: true }
    if (!assignable(mapping, a, known)) return { valid: false, bound: true }
    const general = mostGeneral(a, known)
    if (isFree(mapping, parameter, general)) mapping.add(parameter, general)
    return { valid: true, bound: true }
  }
  if (!isFree(mapping, parameter, a)) return { valid: false, bound: false }
  mapping.add(parameter, a)
  return { valid: true, bound: false }
}

/** True when the parameter does not occur within the type: binding it would make an infinite type. */
function isFree(mapping: TypeMapping, parameter: CelType, within: CelType): boolean {
  if (parameter.key === within.key) return false
  if (within.kind === 'param') {
    const known = mapping.find(within)
    return known === undefined || isFree(mapping, parameter, known)
  }
  return within.parameters.every((type) => isFree(mapping, parameter, type))
}

function acceptsNull(type: CelType): boolean {
  return (
    type.kind === 'opaque' ||
    type.kind === 'object' ||
    type.kind === 'duration' ||
    type.kind === 'timestamp' ||
    type.key === nullType.key
  )
}

export function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error'
}

/** Of two assignable types the one that says less. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true
  if (b.kind === 'dyn' || b.kind === 'param') return false
  if (a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  if (a.kind === 'opaque' || a.kind === 'list' || a.kind === 'map') {
    return (
      a.name === b.name &&
      a.parameters.length === b.parameters.length &&
      a.parameters.every((type, i) => isLessSpecific(type, b.parameters[i]!))
    )
  }
  return a.key === b.key
}

/** Replaces bound parameters by what they stand for; unbound ones become dyn when asked. */
export function substitute(mapping: TypeMapping, type: CelType, unboundToDyn: boolean): CelType {
  const known = mapping.find(type)
  if (known !== undefined) return substitute(mapping, known, unboundToDyn)
  if (type.kind === 'param') return unboundToDyn ? dynType : type
  if (type.parameters.length === 0) return type
  let changed = false
  const parameters = type.parameters.map((parameter) => {
    const replaced = substitute(mapping, parameter, unboundToDyn)
    if (replaced !== parameter) changed = true
    return replaced
  })
  return changed ? withParameters(type, parameters) : type
}

/** The type inside an optional, and whether there was one. */
export function unwrapOptional(type: CelType): { type: CelType; optional: boolean } {
  return isOptionalType(type) ? { type: type.parameters[0]!, optional: true } : { type, optional: false }
}
