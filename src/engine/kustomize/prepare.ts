import { encodeText, getString, isObject, type JsonObject } from '../../base/index.ts'
import {
  type BuildInput,
  type BuiltObject,
  buildKustomization,
  formatMeta,
  kustomizeAnnotations,
  loadVariables,
  objectMetaOf,
  ownerLabelsFor,
  stringMap,
  substituteReferences,
  type VariableSource,
  variableData,
  withMetadata,
} from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { isPending } from '../../kustomize/index.ts'
import { sha256Digest } from '../../source/index.ts'
import type { Artifact } from '../runtime/artifact-store.ts'
import type { EngineContext } from '../runtime/context.ts'
import type { ManagedObject } from '../runtime/managed-object.ts'
import { withoutInvalidCaBundle } from './ca-bundle.ts'
import { messageOf } from './errors.ts'

/** What a build gave. */
export interface Built {
  /** As applied: with owner labels and common metadata. */
  readonly objects: readonly KubeObject[]
  /** `sha256:…` of the build's YAML, for `status.history`. */
  readonly digest: string
  /** Why none of it may be applied: a Secret is still encrypted. */
  readonly encrypted: string | undefined
}

/** Builds a Kustomization from an artifact with what the cluster holds for it; throws with the controller's message. */
export async function buildFromArtifact(
  context: EngineContext,
  object: ManagedObject,
  artifact: Artifact,
): Promise<Built> {
  const decrypt = await decryption(context, object)
  const variables = await variablesOf(context, object)
  const input: BuildInput = {
    kustomization: object.object,
    fs: artifact.fs,
    root: artifact.root,
    build: context.build,
    variables,
    strict: context.strictSubstitution,
    ...(decrypt === undefined ? {} : { decrypt }),
  }
  let built = buildKustomization(input)
  for (let round = 0; context.fetchRemotes !== undefined && isPending(built) && round < maxFetchRounds; round++) {
    await context.fetchRemotes()
    built = buildKustomization(input)
  }
  context.buildInputs.set(`${object.namespace}/${object.name}`, new Set(built.inputs))
  const problem = built.problems.find(({ severity }) => severity === 'error')
  if (problem !== undefined) throw new Error(problem.message)
  return {
    objects: ownedObjects(context, object, built.objects),
    digest: sha256Digest(encodeText(built.text())),
    // Before the objects are normalised: what is no field of a Secret is lost there.
    encrypted: encryptedSecretMessage(built.objects.flatMap((one) => expandList(one.object))),
  }
}

/** Remote bases that refer to remote bases, one a round. */
const maxFetchRounds = 100

/** Lists are taken apart; owner labels first, then what `spec.commonMetadata` says. */
function ownedObjects(context: EngineContext, object: ManagedObject, built: readonly BuiltObject[]): KubeObject[] {
  const labels = ownerLabelsFor(object)
  const common = object.spec['commonMetadata']
  const add = isObject(common) ? common : {}
  const more = { labels: textMap(add['labels']), annotations: textMap(add['annotations']) }
  return built
    .flatMap((one) => expandList(one.object))
    .map((one) => withMetadata(context.normalizer.desired(withoutInvalidCaBundle(withMetadata(one, { labels }))), more))
}

function expandList(object: KubeObject): KubeObject[] {
  const items = object['items']
  if (!object.kind.endsWith('List') || !Array.isArray(items)) return [object]
  return items.filter((item): item is KubeObject => isObject(item) && isObject(item['metadata']))
}

function textMap(value: JsonObject[string] | undefined): Record<string, string> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

async function variablesOf(
  context: EngineContext,
  object: ManagedObject,
): Promise<ReadonlyMap<string, string> | { readonly error: string } | undefined> {
  const sources = new Map<string, VariableSource>()
  for (const { kind, name } of substituteReferences(object.object)) {
    sources.set(`${kind}/${name}`, await readSource(context, { kind, name, namespace: object.namespace }))
  }
  const loaded = loadVariables(object.object, ({ kind, name }) => sources.get(`${kind}/${name}`)!)
  const problem = loaded.problems[0]
  return problem === undefined ? loaded.value : { error: problem.message }
}

async function readSource(
  context: EngineContext,
  ref: { kind: string; name: string; namespace: string },
): Promise<VariableSource> {
  try {
    const found = await context.client.get({ apiVersion: 'v1', ...ref })
    if (found !== undefined) return { data: variableData(found) }
    return { missing: `${ref.kind.toLowerCase()}s "${ref.name}" not found` }
  } catch (error) {
    return { error: messageOf(error) }
  }
}

async function decryption(
  context: EngineContext,
  object: ManagedObject,
): Promise<((one: KubeObject) => KubeObject | { readonly error: string } | undefined) | undefined> {
  const spec = object.spec['decryption']
  if (!isObject(spec)) return undefined
  const name = getString(spec, 'secretRef', 'name')
  let keys: Readonly<Record<string, string>> = {}
  if (name !== undefined) {
    const secret = await context.client.get({ apiVersion: 'v1', kind: 'Secret', name, namespace: object.namespace })
    if (secret === undefined) throw new Error(`secrets "${name}" not found`)
    keys = variableData(secret)
  }
  const { decryptor } = context
  return (one) => {
    if (!isEncrypted(one) || isDecryptionDisabled(one)) return undefined
    const subject = `${getString(one, 'metadata', 'namespace') ?? ''}/${one.metadata.name}`
    const outcome = decryptor?.decrypt(one, keys) ?? { error: 'cannot decrypt: this engine has no SOPS keys' }
    if (!('error' in outcome) || typeof outcome.error !== 'string') return outcome as KubeObject
    return { error: `failed to decrypt and format '${subject}' ${one.kind} data: ${outcome.error}` }
  }
}

function isEncrypted(object: KubeObject): boolean {
  return isObject(object['sops']) && typeof object['sops']['mac'] === 'string'
}

function isDecryptionDisabled(object: KubeObject): boolean {
  return stringMap(object, 'annotations')[kustomizeAnnotations.decrypt]?.toLowerCase() === 'disabled'
}

/** The message for the first Secret that is still encrypted; such an object is never applied. */
function encryptedSecretMessage(objects: readonly KubeObject[]): string | undefined {
  const found = objects.find(
    (one) =>
      one.kind === 'Secret' && one.apiVersion === 'v1' && one['sops'] !== undefined && !isDecryptionDisabled(one),
  )
  if (found === undefined) return undefined
  const subject = formatMeta(objectMetaOf(found))
  return `${subject} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`
}
