/**
 * The process that the bench measures: as the worker, modules loaded, nothing rendered yet. It renders what it is sent, and answers with
 * the CPU seconds of its own work.
 */
import { optimiseLater } from '../../../src/host/later-optimisation.ts'
import { type BenchRelease, ChartRenderer } from './render.ts'

export interface BenchAnswer {
  readonly text: string
  /** CPU seconds of the first render, from the archive's bytes to the text, and of the one after an edit of the values. */
  readonly first: number
  readonly edited: number
  /** Of the whole process so far: CPU seconds with its start, and peak memory in bytes. */
  readonly total: number
  readonly peak: number
}

optimiseLater()
const renderer = new ChartRenderer()

process.on('message', (release: BenchRelease) => {
  let text = ''
  const first = cpuSeconds(() => {
    text = renderer.render(release, release.values)
  })
  const { editedValues } = release
  const edited = editedValues === undefined ? 0 : cpuSeconds(() => renderer.render(release, editedValues))
  const { user, system } = process.cpuUsage()
  const answer: BenchAnswer = {
    ...{ text, first, edited },
    ...{ total: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 },
  }
  process.send?.(answer)
})

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
