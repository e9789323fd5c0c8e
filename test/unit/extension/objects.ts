import type { ClusterInfo, FleetCluster, FleetWorkload, FluxObject } from '../../../src/protocol/index.ts'

/** A live Kustomization, with what a test wants different. */
export function kustomization(name: string, changes: Partial<FluxObject> = {}): FluxObject {
  return {
    ref: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name },
    health: 'ready',
    reason: 'ReconciliationSucceeded',
    message: 'Applied revision: main@sha1:0123456789abcdef',
    suspended: false,
    revision: 'main@sha1:0123456789abcdef0123456789abcdef01234567',
    detail: './apps',
    dependsOn: [],
    inventorySize: 0,
    version: '1',
    ...changes,
  }
}

export function source(name: string): FluxObject {
  return {
    ...kustomization(name),
    ref: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace: 'flux-system', name },
    detail: 'https://example.com/fleet',
  }
}

export function cluster(changes: Partial<ClusterInfo> = {}): ClusterInfo {
  return {
    id: 'context:kind',
    name: 'kind',
    kind: 'context',
    state: 'open',
    message: 'v1.36.4',
    server: 'https://127.0.0.1:6443',
    current: false,
    allowed: false,
    usesExec: false,
    engine: { phase: 'stopped', message: '' },
    ...changes,
  }
}

export function workload(name: string, changes: Partial<FleetWorkload> = {}): FleetWorkload {
  return {
    id: `staging/flux-system/${name}`,
    ref: kustomization(name).ref,
    detail: `./${name}`,
    dependsOn: [],
    suspended: false,
    errors: 0,
    warnings: 0,
    ...changes,
  }
}

export function fleetCluster(workloads: readonly FleetWorkload[]): FleetCluster {
  return { id: '/repo#staging', name: 'staging', path: 'clusters/staging', workloads, sources: [] }
}
