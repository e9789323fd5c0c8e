import type { ClusterInfo, FluxObject } from '../../../protocol/index.ts'

export interface Summary {
  readonly text: string
  readonly tooltip: string
  readonly isWarning: boolean
}

/** The line in the status bar: where the engine runs, and how many workloads are ready. */
export function summarise(
  clusters: readonly ClusterInfo[],
  objects: (cluster: string) => readonly FluxObject[],
): Summary {
  const open = clusters.filter(({ state }) => state === 'open')
  const workloads = open.flatMap(({ id }) =>
    objects(id).filter(({ ref }) => ref.kind === 'Kustomization' || ref.kind === 'HelmRelease'),
  )
  const ready = workloads.filter(({ health }) => health === 'ready').length
  const failed = workloads.filter(({ health }) => health === 'failed').length
  const running = open.find(({ engine }) => engine.phase === 'running')
  if (open.length === 0)
    return { text: '$(circuit-board) Fluxkit', tooltip: 'Fluxkit: no cluster is open', isWarning: false }
  const where =
    running === undefined ? `${open.length === 1 ? open[0]!.name : `${open.length} clusters`}` : running.name
  const icon = failed > 0 ? 'error' : running === undefined ? 'vm-active' : 'run-all'
  const counts = workloads.length === 0 ? '' : ` ${ready}/${workloads.length} ready`
  return {
    text: `$(${icon}) Fluxkit: ${where}${counts}`,
    tooltip: [
      `Open: ${open.map(({ name }) => name).join(', ')}`,
      running === undefined ? 'The engine is not running' : `The engine reconciles the working tree in ${running.name}`,
      ...(failed > 0 ? [`${failed} failed`] : []),
    ].join('\n'),
    isWarning: failed > 0,
  }
}
