import { insertEntry } from '../library/operators.ts'
import type { ComprehensionMacro } from '../syntax/ast.ts'
import { CelError, noSuchOverload } from '../values/error.ts'
import { typeName } from '../values/type-of.ts'
import { CelArray, CelEntries, CelList, CelMap, type CelValue } from '../values/value.ts'
import { listCost } from './cost.ts'
import type { Frame } from './frame.ts'
import { attempt, type Step } from './step.ts'

type LoopMacro = Exclude<ComprehensionMacro, 'bind'>

/** A macro over a range: where its variables live, and what runs for each element. */
export interface LoopPlan {
  readonly macro: LoopMacro
  readonly slot: number
  readonly slot2: number | undefined
  readonly range: Step
  readonly filter: Step | undefined
  readonly body: Step
}

/**
 * Makes a comprehension ready to run. Slots belong to one variable along a nesting, so nothing has to be restored.
 * Costs are those of the fold that cel-go expands the macro to.
 */
export function planLoop(plan: LoopPlan): Step {
  const { macro, slot, slot2, range, filter, body } = plan
  const run = loops[macro]
  return (frame) => {
    const source = range(frame)
    const visit: Visit = function* () {
      for (const [a, b] of pairs(source, slot2 !== undefined)) {
        frame.step()
        frame.slots[slot] = a
        if (slot2 !== undefined) frame.slots[slot2] = b
        yield a
      }
    }
    frame.charge(macro === 'existsOne' ? 2 : 1)
    return run({ visit, filter, body, frame })
  }
}

type Visit = () => Generator<CelValue, void, void>

interface Loop {
  readonly visit: Visit
  readonly filter: Step | undefined
  readonly body: Step
  readonly frame: Frame
}

/** The loop variables: element, or key; with two variables index and element, or key and value. */
function* pairs(source: CelValue, two: boolean): Generator<readonly [CelValue, CelValue], void, void> {
  if (source instanceof CelList) {
    for (let i = 0; i < source.size; i++) {
      const item = source.at(i)
      yield two ? [BigInt(i), item] : [item, item]
    }
  } else if (source instanceof CelMap) {
    for (const key of source.keys()) yield [key, two ? source.get(key)! : key]
  } else throw new CelError(`got '${goTypeName(source)}', expected iterable type`)
}

/** A value's type as Go names it. */
function goTypeName(value: CelValue): string {
  const name = typeName(value)
    .replace(/^google\.protobuf\./, '')
    .replace('null_type', 'Null')
  return `types.${name[0]!.toUpperCase()}${name.slice(1)}`
}

function accepted(loop: Loop): boolean {
  if (loop.filter === undefined) return true
  const value = loop.filter(loop.frame)
  if (typeof value !== 'boolean') throw noSuchOverload()
  return value
}

function test(loop: Loop): boolean {
  const value = loop.body(loop.frame)
  if (typeof value !== 'boolean') throw noSuchOverload()
  return value
}

/** all() and exists(): an element that decides wins over elements with errors. */
function quantifier(loop: Loop, decisive: boolean): CelValue {
  let failure: CelError | undefined
  const elements = loop.visit()
  while (elements.next().done !== true) {
    loop.frame.charge(decisive ? 4 : 3)
    const value = attempt(loop.body, loop.frame)
    if (value === decisive) {
      // The fold sees that it is decided when it looks at the next element.
      if (elements.next().done !== true) loop.frame.charge(decisive ? 3 : 2)
      return decisive
    }
    if (value instanceof CelError) failure ??= value
    else if (typeof value !== 'boolean') failure ??= noSuchOverload()
  }
  if (failure !== undefined) throw failure
  return !decisive
}

function collect(loop: Loop): CelValue {
  const items: CelValue[] = []
  for (const _ of loop.visit()) {
    if (!accepted(loop)) continue
    loop.frame.charge(listCost + 2)
    items.push(loop.body(loop.frame))
  }
  return new CelArray(items)
}

const loops: Readonly<Record<LoopMacro, (loop: Loop) => CelValue>> = {
  all: (loop) => quantifier(loop, false),
  exists: (loop) => quantifier(loop, true),
  existsOne: (loop) => {
    let count = 0
    for (const _ of loop.visit()) {
      if (!test(loop)) continue
      loop.frame.charge(2)
      count++
    }
    return count === 1
  },
  map: collect,
  transformList: collect,
  filter: (loop) => {
    const items: CelValue[] = []
    for (const item of loop.visit()) {
      if (!test(loop)) continue
      loop.frame.charge(listCost + 3)
      items.push(item)
    }
    return new CelArray(items)
  },
  transformMap: (loop) => {
    const out = new CelEntries()
    for (const key of loop.visit()) {
      if (!accepted(loop)) continue
      loop.frame.charge(3)
      insertEntry(out, key, loop.body(loop.frame))
    }
    return out
  },
  transformMapEntry: (loop) => {
    const out = new CelEntries()
    for (const _ of loop.visit()) {
      if (!accepted(loop)) continue
      loop.frame.charge(2)
      const entries = loop.body(loop.frame)
      if (!(entries instanceof CelMap)) throw noSuchOverload()
      for (const key of entries.keys()) insertEntry(out, key, entries.get(key)!)
    }
    return out
  },
}
