import { setFlagsFromString } from 'node:v8'

/**
 * Ten times V8's own counts: what is hot for long is still optimised. Not called so in the V8 of Node 20.
 */
const counts = [
  '--invocation-count-for-maglev=4000',
  '--invocation-count-for-maglev-osr=2000',
  '--invocation-count-for-osr=5000',
  '--invocation-count-for-turbofan=30000',
]

/**
 * Has V8 optimise functions later than it would: a first build of a fleet, or a command that ends in a second, spends a
 * fifth of its processor time on optimising functions that it soon needs no more. The build itself takes no longer, since
 * less of what was optimised too early is thrown away. To be called before the code runs that it is for.
 */
export function optimiseLater(): void {
  const [major = '0'] = process.versions.node.split('.')
  if (Number(major) >= 24) counts.forEach(setFlagsFromString)
}
