import type { Disposable } from '../../base/index.ts'
import type { PodLogs } from '../handlers/logs.ts'
import type { Machine } from '../operations/machine.ts'
import { RoleAggregation } from './aggregated-roles.ts'
import { DefinitionController } from './custom-definitions.ts'
import { type Controller, Environment } from './environment.ts'
import { GarbageCollector } from './garbage.ts'
import { NamespaceController, type RootCertificate } from './namespaces.ts'
import { OwnerIndex } from './owner-index.ts'
import { QuotaController } from './quotas.ts'
import { SimulatedLogs } from './simulated-logs.ts'
import { WorkQueue } from './work-queue.ts'
import { CronJobController } from './workloads/cron-jobs.ts'
import { DaemonSetController } from './workloads/daemon-sets.ts'
import { DeploymentController } from './workloads/deployments.ts'
import { EventTtl } from './workloads/events.ts'
import { JobController } from './workloads/jobs.ts'
import { NodeController } from './workloads/nodes.ts'
import { PodSimulation } from './workloads/pods.ts'
import { REPLICATION_CONTROLLERS, ReplicaSetController } from './workloads/replica-sets.ts'
import { ScalingController } from './workloads/scaling.ts'
import { ServiceController } from './workloads/services.ts'
import { StatefulSetController } from './workloads/stateful-sets.ts'
import { VolumeController } from './workloads/volumes.ts'

export interface ControllerOptions {
  readonly workloads: boolean
  readonly root: RootCertificate
  /** A resource is no longer served. */
  readonly onGone: (collection: string) => void
}

function workloads(env: Environment): Controller[] {
  return [
    new NodeController(env),
    new PodSimulation(env),
    new ReplicaSetController(env),
    new ReplicaSetController(env, REPLICATION_CONTROLLERS),
    new DeploymentController(env),
    new StatefulSetController(env),
    new DaemonSetController(env),
    new JobController(env),
    new CronJobController(env),
    new ServiceController(env),
    new VolumeController(env),
    new ScalingController(env),
  ]
}

/** All controllers of the cluster, fed from the store. */
export class Controllers implements Disposable {
  readonly logs: PodLogs
  readonly #machine: Machine
  readonly #queue: WorkQueue
  readonly #owners = new OwnerIndex()
  readonly #all: readonly Controller[]
  readonly #subscription: Disposable

  constructor(machine: Machine, options: ControllerOptions) {
    this.#machine = machine
    this.#queue = new WorkQueue(machine.clock)
    const env = new Environment(machine, this.#queue, this.#owners)
    this.logs = new SimulatedLogs(machine)
    this.#all = [
      new DefinitionController(env, options.onGone),
      new NamespaceController(env, options.root),
      new GarbageCollector(env),
      new EventTtl(env),
      new QuotaController(env),
      new RoleAggregation(env),
      ...(options.workloads ? workloads(env) : []),
    ]
    this.#subscription = machine.store.onChange((change) => {
      this.#owners.observe(change)
      for (const controller of this.#all) controller.observe(change)
    })
  }

  /** Starts from what is stored now. */
  resync(): void {
    this.#queue.clear()
    this.#owners.rebuild(this.#machine.store)
    for (const controller of this.#all) controller.resync()
  }

  dispose(): void {
    this.#subscription.dispose()
    this.#queue.dispose()
  }
}
