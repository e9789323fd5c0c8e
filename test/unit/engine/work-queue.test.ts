import { expect, test } from 'vitest'
import { VirtualClock } from '../../../src/base/index.ts'
import { WorkQueue } from '../../../src/engine/runtime/work-queue.ts'

/** A queue whose work ends when it is told to. */
function queue(concurrency = 2): {
  clock: VirtualClock
  queue: WorkQueue
  log: string[]
  finish: (key: string) => Promise<void>
} {
  const clock = new VirtualClock(0)
  const log: string[] = []
  const open = new Map<string, () => void>()
  const made = new WorkQueue({
    clock,
    concurrency,
    work: (key) => {
      log.push(key)
      return new Promise((resolve) => {
        open.set(key, resolve)
      })
    },
  })
  const finish = async (key: string): Promise<void> => {
    open.get(key)!()
    open.delete(key)
    await clock.advance(0)
  }
  return { clock, queue: made, log, finish }
}

test('a key is worked on by one worker at a time, and once more when it was added meanwhile', async () => {
  const { queue: q, log, finish } = queue()
  for (const key of ['a', 'a', 'b', 'c', 'a']) q.add(key)
  expect(log).toEqual(['a', 'b'])
  expect(q.isRequested('a')).toBe(true)
  await finish('a')
  expect(log).toEqual(['a', 'b', 'c'])
  await finish('b')
  expect(log).toEqual(['a', 'b', 'c', 'a'])
  await finish('c')
  await finish('a')
  expect(q.idle).toBe(true)
})

test('failures are spaced by doubled delays up to the limit', async () => {
  const { queue: q, clock, log, finish } = queue()
  const seen: number[] = []
  for (let i = 0; i < 13; i++) {
    const before = clock.now()
    q.addRateLimited('a')
    await clock.advance(clock.next()! - clock.now())
    seen.push(clock.now() - before)
    await finish('a')
  }
  expect(seen).toEqual([
    750, 1500, 3000, 6000, 12_000, 24_000, 48_000, 96_000, 192_000, 384_000, 768_000, 900_000, 900_000,
  ])
  q.forget('a')
  q.addRateLimited('a')
  expect(clock.next()! - clock.now()).toBe(750)
  expect(log).toHaveLength(13)
})

test('the earliest of several planned turns counts, and one at once takes their place', async () => {
  const { queue: q, clock, log, finish } = queue()
  q.addAfter('a', 1000)
  q.addAfter('a', 5000)
  expect(q.plannedAt('a')).toBe(1000)
  q.addAfter('a', 500)
  expect(q.plannedAt('a')).toBe(500)
  q.add('a')
  expect(q.plannedAt('a')).toBeUndefined()
  await finish('a')
  await clock.advance(10_000)
  expect(log).toEqual(['a'])
})

test('a disposed queue begins nothing more', async () => {
  const { queue: q, clock, log, finish } = queue(1)
  q.add('a')
  q.add('b')
  q.addAfter('c', 10)
  q.dispose()
  await finish('a')
  await clock.advance(100)
  expect(log).toEqual(['a'])
  await q.whenIdle()
})
