import { type CallSite, callFunction } from './exec-call.ts'
import type { Run } from './exec-run.ts'
import type { Argument } from './exec-types.ts'
import { type Final, missing } from './exec-types.ts'
import { elementOf, holdsInterfaces } from './exec-values.ts'
import type { TemplateAst } from './nodes.ts'
import type { ValueFlow } from './trace.ts'
import { type GoMap, type GoValue, isGoObject, isMap, mapGet, typeOf, viewed } from './value.ts'

/** Where fields are read one after the other; what the last one is called with, should it be a method. */
export interface FieldSite {
  readonly names: readonly string[]
  readonly last: CallSite
  /** A field that others follow. */
  readonly inner: CallSite
}

/** A value whose field is read. It goes along with the walk, for a new object at each step would be most of its cost. */
export interface Receiver {
  value: GoValue
  /** The first receiver is held by an interface. */
  readonly boxed: boolean
  /** What holds the value, from the second one on. */
  holder: GoValue
  /** Where the value comes from, for a trace. */
  flow: ValueFlow
}

export function fieldSite(node: TemplateAst, names: readonly string[], args: readonly Argument[]): FieldSite {
  return { names, last: { node, args }, inner: { node, args: [] } }
}

/** Reads one field after the other; uses up the receiver. @throws TemplateExecError, BudgetError */
export function readFields(run: Run, site: FieldSite, receiver: Receiver, final: Final): GoValue {
  const { names } = site
  const end = names.length - 1
  for (let i = 0; i < end; i++) {
    const mark = run.mark()
    const next = readField(run, receiver, names[i]!, site.inner, missing)
    receiver.flow = run.flowSince(mark)
    receiver.holder = receiver.value
    receiver.value = next
  }
  return readField(run, receiver, names[end]!, site.last, final)
}

/** Source of the behaviour: Go 1.26 text/template (exec.go, evalField). */
function readField(run: Run, receiver: Receiver, name: string, site: CallSite, final: Final): GoValue {
  const { value } = receiver
  const isStrict = run.set.missingKey === 'error'
  if (value === undefined) {
    if (isStrict) run.fail(`nil data; no entry for key ${JSON.stringify(name)}`)
    return found(run, receiver, name, undefined)
  }
  if (value === null) run.fail(`nil pointer evaluating interface {}.${name}`)
  const view = typeof value === 'object' ? viewed(value) : undefined
  const map = view?.map ?? value
  if (isMap(map)) {
    const type = view?.type ?? typeOf(map)
    const method = run.set.methods?.(type, value as GoMap, name)
    if (method !== undefined) return callFunction(run, method, name, site, final)
    if (isCall(site, final)) run.fail(`${name} is not a method but has arguments`)
    const element = mapGet(map, name)
    if (element !== undefined) return found(run, receiver, name, element)
    if (isStrict) run.fail(`map has no entry for key ${JSON.stringify(name)}`)
    return found(run, receiver, name, type === 'map[string]string' ? '' : null)
  }
  if (isGoObject(value)) {
    const member = value.field(name)
    if (member !== undefined && 'method' in member) return callFunction(run, member.method, name, site, final)
    if (member !== undefined) {
      if (isCall(site, final)) run.fail(`${name} has arguments but cannot be invoked as function`)
      return found(run, receiver, name, member.value)
    }
    if (value.goKind === 'map') return found(run, receiver, name, elementOf(value, name))
  }
  const isBoxed = receiver.holder === undefined ? receiver.boxed : holdsInterfaces(receiver.holder)
  return run.fail(`can't evaluate field ${name} in type ${isBoxed ? 'interface {}' : typeOf(value)}`)
}

function isCall(site: CallSite, final: Final): boolean {
  return site.args.length > 0 || final !== missing
}

function found(run: Run, receiver: Receiver, name: string, value: GoValue): GoValue {
  run.trace?.field(receiver.value, name, value, receiver.flow)
  return value
}
