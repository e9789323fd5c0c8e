/**
 * Annotations by which a Pod (or the template it is made from) steers its simulation:
 *   devcluster.fluxkit.dev/fail: image-pull | crash-loop | never-ready | exit      how it fails
 *   devcluster.fluxkit.dev/ready-after: 5s                                          how long it takes to become ready
 *   devcluster.fluxkit.dev/run-for: 2s                                              how long a Pod that ends runs
 *   devcluster.fluxkit.dev/log: text                                                what its containers write
 */
export const FAIL_ANNOTATION = 'devcluster.fluxkit.dev/fail'
export const READY_ANNOTATION = 'devcluster.fluxkit.dev/ready-after'
export const RUN_ANNOTATION = 'devcluster.fluxkit.dev/run-for'
export const LOG_ANNOTATION = 'devcluster.fluxkit.dev/log'

/** A duration such as `500ms`, `5s`, `1m` in milliseconds; undefined for anything else. */
export function parseDelay(text: string | undefined): number | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text ?? '')
  if (match === null) return undefined
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h']
  return Number(match[1]) * unit
}
