import { spawnSync } from 'node:child_process'

const timer = '/usr/bin/time'

/** User and system time of a process, by the shell's account, which counts milliseconds. */
export function cpuSeconds(command: readonly string[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null 2>&1'
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' })
  const [user = '0', system = '0'] = stderr.trim().split(/\s+/)
  return Number(user) + Number(system)
}

/** The most memory that one of some processes held, in MiB; NaN where GNU time is absent. */
export function peakMebibytes(commands: readonly (readonly string[])[]): number {
  const peaks = commands.map((command) => {
    const { stderr } = spawnSync(timer, ['-f', '%M', ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    return Number(stderr?.trim().split('\n').at(-1)) / 1024
  })
  return Math.round(Math.max(...peaks))
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}
