import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HostileCase, hostileCases, type Spent } from './bounds-cases.ts'

/** Issue 4: an error within 2 s and 256 MB. CPU time, since the machine may be busy. */
const seconds = 2
const mebibytes = 256

describe('hostile templates end in time and memory, and name themselves', () => {
  let child: ChildProcess
  let next: (spent: Spent) => void
  let base: Spent

  /** The heap is bounded too: what wants more ends the process, and the test with it. */
  const start = (): Promise<Spent> =>
    new Promise((resolve, reject) => {
      child = fork(join(import.meta.dirname, 'bounds-child.ts'), {
        execArgv: [`--max-old-space-size=${mebibytes}`, '--max-semi-space-size=16'],
      })
      next = resolve
      child.on('message', (spent: Spent) => next(spent))
      child.on('exit', (code) => reject(new Error(`the process ended with ${code}`)))
    })

  beforeAll(async () => {
    base = await start()
  }, 30_000)
  afterAll(() => void child.kill())

  test.each(hostileCases)(
    '$name',
    async (each: HostileCase) => {
      const spent = await new Promise<Spent>((resolve, reject) => {
        next = resolve
        child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)))
        child.send(each)
      })
      expect(spent.cpu).toBeLessThan(seconds)
      expect(spent.peak - base.peak).toBeLessThan(mebibytes)
      if (spent.message !== '') expect(spent.message).toContain('t/templates/t.yaml')
    },
    60_000,
  )
})
