import { isObject, type JsonObject, type JsonValue } from '../base/index.ts'
import { conditionsOf, getCondition, isReady } from '../flux/index.ts'
import type { KubeObject } from '../kube/index.ts'
import { sourceKeyOf } from './kustomize/source-key.ts'
import { artifactStatusOf } from './runtime/artifact-store.ts'
import { keyOf, namespaceOf, specOf, statusText } from './survey.ts'

/** The revision that an object's artifact has got by an update; `undefined` when it has got no new one. */
export function newRevision(object: KubeObject, before: KubeObject | undefined): string | undefined {
  const now = artifactStatusOf(object)?.revision
  return before !== undefined && now !== undefined && now !== artifactStatusOf(before)?.revision ? now : undefined
}

/**
 * Of some Kustomizations, the keys of those that have to read a source again (kustomize-controller
 * `requestsForRevisionChangeOf`): not those that are at this revision already, or well with it.
 */
export function readersOf(
  sourceKey: string,
  revision: string | undefined,
  kustomizations: readonly KubeObject[],
): string[] {
  return kustomizations
    .filter((object) => sourceKeyOf(object) === sourceKey && !isAtRevision(object, revision))
    .map(keyOf)
}

function isAtRevision(object: KubeObject, revision: string | undefined): boolean {
  const conditions = conditionsOf(object)
  const wellOrBusy = isReady(conditions) || getCondition(conditions, 'Reconciling')?.status === 'True'
  // One that waits for its artifact is busy by its conditions, but nobody works on it.
  if (getCondition(conditions, 'Ready')?.reason === 'ArtifactFailed') return false
  return wellOrBusy && revision !== undefined && statusText(object, 'lastAttemptedRevision') === revision
}

/** Keys of the generators that cut from a source. */
export function generatorsOf(sourceKey: string, generators: readonly KubeObject[]): string[] {
  return generators
    .filter((object) =>
      objects(specOf(object)['sources']).some((source) => {
        const given = source['namespace']
        const namespace = typeof given === 'string' && given !== '' ? given : namespaceOf(object)
        return `${String(source['kind'])}/${namespace}/${String(source['name'])}` === sourceKey
      }),
    )
    .map(keyOf)
}

/** Keys of the GitRepositories that include another one. */
export function includersOf(repository: KubeObject, repositories: readonly KubeObject[]): string[] {
  return repositories
    .filter(
      (object) =>
        namespaceOf(object) === namespaceOf(repository) &&
        objects(specOf(object)['include']).some((include) => {
          const ref = include['repository']
          return isObject(ref) && ref['name'] === repository.metadata.name
        }),
    )
    .map(keyOf)
}

/**
 * Keys of those that are not ready and depend on a Kustomization which has come or has become ready: they need not wait
 * for their next look at it, nor go on saying that it is missing.
 */
export function dependentsOf(dependency: KubeObject, kustomizations: readonly KubeObject[]): string[] {
  return kustomizations.filter((object) => dependsOn(object, dependency) && !isReady(conditionsOf(object))).map(keyOf)
}

function dependsOn(object: KubeObject, other: KubeObject): boolean {
  return objects(specOf(object)['dependsOn']).some((one) => {
    const given = one['namespace']
    const namespace = typeof given === 'string' && given !== '' ? given : namespaceOf(object)
    return one['name'] === other.metadata.name && namespace === namespaceOf(other)
  })
}

/** Keys of the Kustomizations that read a ConfigMap or Secret for substitution, decryption or access. */
export function configReadersOf(config: KubeObject, kustomizations: readonly KubeObject[]): string[] {
  const { kind } = config
  const { name } = config.metadata
  return kustomizations
    .filter((object) => {
      if (namespaceOf(object) !== namespaceOf(config)) return false
      const spec = specOf(object)
      const postBuild = spec['postBuild']
      const from = isObject(postBuild) ? objects(postBuild['substituteFrom']) : []
      return (
        from.some((one) => one['kind'] === kind && one['name'] === name) ||
        refersTo(spec['kubeConfig'], kind === 'Secret' ? 'secretRef' : 'configMapRef', name) ||
        (kind === 'Secret' && refersTo(spec['decryption'], 'secretRef', name))
      )
    })
    .map(keyOf)
}

function refersTo(holder: JsonValue | undefined, field: string, name: string): boolean {
  const ref = isObject(holder) ? holder[field] : undefined
  return isObject(ref) && ref['name'] === name
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
