import { getString, type JsonObject } from '../../base/index.ts'
import { conditionsOf, isConditionTrue } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'
import { messageOf } from './errors.ts'
import { evaluateReady } from './ready-expression.ts'
import { objectsAt, orElse, type SpecRef } from './spec.ts'

/** A dependency that is not met; `terminal` when only a change of the object can help. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError'
  readonly terminal: boolean

  constructor(message: string, terminal = false) {
    super(message)
    this.terminal = terminal
  }
}

/**
 * Checks `spec.dependsOn` (kustomize-controller `checkDependencies`): every dependency must exist, be ready in its
 * current generation or by its expression, and have applied the same revision where it has the same source. A cycle
 * shows as what it is to each of its members: a dependency that is not ready. Throws `DependencyError`.
 */
export async function checkDependencies(
  context: EngineContext,
  object: ManagedObject,
  source: { readonly ref: SpecRef; readonly revision: string },
): Promise<void> {
  for (const dependency of objectsAt(object.spec, 'dependsOn')) {
    const namespace = orElse(getString(dependency, 'namespace'), object.namespace)
    const name = getString(dependency, 'name') ?? ''
    const subject = `${namespace}/${name}`
    const found = await readDependency(context, object, { name, namespace })
    const expression = getString(dependency, 'readyExpr') ?? ''
    if (expression !== '') {
      const ready = evaluateReady(context.cel, expression, { self: object.object, dep: found })
      if ('error' in ready) throw new DependencyError(ready.error, ready.terminal)
      if (!ready.value) throw new DependencyError(`dependency '${subject}' is not ready according to readyExpr eval`)
      continue
    }
    const problem = notReady(found, source, subject)
    if (problem !== undefined) throw new DependencyError(problem)
  }
}

async function readDependency(
  context: EngineContext,
  object: ManagedObject,
  ref: { name: string; namespace: string },
): Promise<KubeObject> {
  const { apiVersion, kind } = object.object
  let found: KubeObject | undefined
  let why = `${kind.toLowerCase()}s.kustomize.toolkit.fluxcd.io "${ref.name}" not found`
  try {
    found = await context.client.get({ apiVersion, kind, ...ref })
  } catch (error) {
    why = messageOf(error)
  }
  if (found === undefined) throw new DependencyError(`dependency '${ref.namespace}/${ref.name}' not found: ${why}`)
  return found
}

function notReady(
  dependency: KubeObject,
  source: { readonly ref: SpecRef; readonly revision: string },
  subject: string,
): string | undefined {
  const conditions = conditionsOf(dependency)
  const status = dependency['status'] as JsonObject | undefined
  if (conditions.length === 0 || dependency.metadata['generation'] !== status?.['observedGeneration']) {
    return `dependency '${subject}' is not ready`
  }
  if (!isConditionTrue(conditions, 'Ready')) return `dependency '${subject}' is not ready`
  const { ref, revision } = source
  const own = getString(dependency, 'metadata', 'namespace') ?? ''
  const sameSource =
    getString(dependency, 'spec', 'sourceRef', 'name') === ref.name &&
    getString(dependency, 'spec', 'sourceRef', 'kind') === ref.kind &&
    orElse(getString(dependency, 'spec', 'sourceRef', 'namespace'), own) === ref.namespace
  if (sameSource && status?.['lastAppliedRevision'] !== revision) {
    return `dependency '${subject}' revision is not up to date`
  }
  return undefined
}
