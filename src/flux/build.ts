import {
  type Cancellation,
  checkCancelled,
  type FileSystem,
  getIn,
  getString,
  hasErrors,
  isObject,
  isWithin,
  type JsonValue,
  type Location,
  type Problem,
  readText,
  relativePath,
  type TextRange,
} from '../base/index.ts'
import { type KubeObject, parseApiVersion, refOf } from '../kube/index.ts'
import { generateKustomization } from './generate/generate.ts'
import { isSubstitutionDisabled, substituteObject } from './substitute/substitute.ts'
import { toYaml } from './text.ts'

/** A step that produced (part of) a built object; the shape of kustomize's `OriginStep`. */
export interface BuildOrigin {
  readonly step: string
  readonly path: string
  readonly range?: TextRange
}

/** What `buildKustomization` needs to know of a kustomize build: the shape of kustomize's `KustomizeBuild`. */
export interface KustomizeResult {
  readonly objects: readonly {
    readonly object: KubeObject
    readonly origins: readonly BuildOrigin[]
    originOf(path: readonly (string | number)[]): BuildOrigin | undefined
  }[]
  readonly problems: readonly Problem[]
  readonly inputs: readonly string[]
}

/** kustomize's `build`, injected because Flux's rules do not depend on how kustomize is done. */
export type KustomizeBuildFunction = (
  dir: string,
  fs: FileSystem,
  options: {
    readonly loadRestrictor: 'none'
    readonly confineTo: string
    readonly reorder: 'none'
    readonly overrides: ReadonlyMap<string, string>
    readonly cancellation?: Cancellation
  },
) => KustomizeResult

/** One object of a Kustomization, as it would be applied (before owner labels and common metadata). */
export interface BuiltObject {
  readonly object: KubeObject
  readonly origins: readonly BuildOrigin[]
  originOf(path: readonly (string | number)[]): BuildOrigin | undefined
}

export interface BuildInput {
  readonly kustomization: KubeObject
  /** The artifact. */
  readonly fs: FileSystem
  /** Absolute directory of `fs` that is the artifact's root. */
  readonly root: string
  readonly build: KustomizeBuildFunction
  /** See `loadVariables`; `undefined` when there is no `postBuild`, an error when they cannot be had. */
  readonly variables?: ReadonlyMap<string, string> | { readonly error: string } | undefined
  /** Default true. */
  readonly strict?: boolean
  /** Names whose value cannot be known here: left as written. */
  readonly unknownVariable?: (name: string) => boolean
  /** Decrypts an object; called for every object when `spec.decryption` is set. `undefined` leaves it as it is. */
  readonly decrypt?: (object: KubeObject) => KubeObject | { readonly error: string } | undefined
  readonly locate?: (path: readonly (string | number)[]) => Location | undefined
  readonly cancellation?: Cancellation
}

export interface BuiltKustomization {
  /** In the order of the build; empty when there is an error among the problems. */
  readonly objects: readonly BuiltObject[]
  /** The YAML that the controller hashes for `status.history`. */
  text(): string
  /** Errors of the first failing step, warnings of all; paths of locations are relative to the artifact's root. */
  readonly problems: readonly Problem[]
  readonly inputs: readonly string[]
  /** Absolute directory that was built. */
  readonly dir: string
}

/**
 * Builds a Flux Kustomization as kustomize-controller 1.9 does: generated kustomization file, kustomize build,
 * decryption, post-build substitution. The first error message is what the controller would put into the Ready
 * condition.
 */
export function buildKustomization(input: BuildInput): BuiltKustomization {
  const generated = generateKustomization(input)
  const { dir, path, text } = generated.value
  const inputs = generated.value.inputs
  const failed = (problems: readonly Problem[], more: readonly string[] = []): BuiltKustomization => ({
    objects: [],
    text: () => '',
    problems,
    inputs: [...inputs, ...more],
    dir,
  })
  if (hasErrors(generated.problems)) return failed(generated.problems)
  checkCancelled(input.cancellation)
  const result = input.build(dir, input.fs, {
    loadRestrictor: 'none',
    confineTo: input.root,
    reorder: 'none',
    overrides: new Map([[path, text]]),
    ...(input.cancellation === undefined ? {} : { cancellation: input.cancellation }),
  })
  const problems = result.problems.map((problem) =>
    problem.severity === 'error' ? { ...problem, message: `kustomize build failed: ${problem.message}` } : problem,
  )
  if (hasErrors(problems)) return failed(problems, result.inputs)
  const objects: BuiltObject[] = []
  for (const built of result.objects) {
    checkCancelled(input.cancellation)
    const outcome = postProcess(built, input)
    if ('message' in outcome) return failed([...problems, outcome], result.inputs)
    objects.push(outcome)
  }
  return {
    objects,
    text: () => objects.map(({ object }) => toYaml(object)).join('---\n'),
    problems,
    inputs: [...inputs, ...result.inputs],
    dir,
  }
}

function postProcess(built: BuiltObject, input: BuildInput): BuiltObject | Problem {
  let { object } = built
  if (!object.apiVersion || !object.kind || !getString(object, 'metadata', 'name')) {
    const text = `failed to decode Kubernetes apiVersion, kind and name from: ${toYaml(object)}`
    return problemAt(built, input, 'flux/build-failed', text)
  }
  const spec: JsonValue | undefined = input.kustomization['spec']
  if (isObject(spec) && isObject(spec['decryption']) && input.decrypt !== undefined) {
    const decrypted = input.decrypt(object)
    if (decrypted !== undefined && 'error' in decrypted && typeof decrypted.error === 'string') {
      return problemAt(
        built,
        input,
        'flux/decryption-failed',
        `decryption failed for '${subject(object)}': ${decrypted.error}`,
      )
    }
    if (decrypted !== undefined) object = decrypted as KubeObject
  }
  if (input.variables === undefined) return object === built.object ? built : replaced(built, object)
  if ('error' in input.variables) {
    if (isSubstitutionDisabled(object)) return object === built.object ? built : replaced(built, object)
    const text = `post build failed for '${subject(object)}': ${input.variables.error}`
    return problemAt(built, input, 'flux/substitute-from', text)
  }
  const outcome = substituteObject(object, {
    variables: input.variables,
    strict: input.strict ?? true,
    always: getIn(input.kustomization, ['spec', 'postBuild', 'substituteStrategy']) === 'Always',
    ...(input.unknownVariable === undefined ? {} : { unknown: input.unknownVariable }),
  })
  if ('error' in outcome) {
    const text = `post build failed for '${subject(object)}': ${outcome.error}`
    return problemAt(built, input, 'flux/substitution-failed', text, outcome.variable)
  }
  const next = outcome.object ?? object
  return next === built.object ? built : replaced(built, next)
}

function replaced(built: BuiltObject, object: KubeObject): BuiltObject {
  return { object, origins: built.origins, originOf: (path) => built.originOf(path) }
}

/** `Kind.version.group/name` as kustomize names a resource in messages. */
function subject(object: KubeObject): string {
  const { group, version } = parseApiVersion(object.apiVersion)
  return `${object.kind}.${version}.${group === '' ? '[noGrp]' : group}/${object.metadata.name}`
}

function problemAt(built: BuiltObject, input: BuildInput, code: string, message: string, variable?: string): Problem {
  const origin = built.origins[0]
  const problem: Problem = { code, severity: 'error', message, object: refOf(built.object) }
  if (origin === undefined || !isWithin(input.root, origin.path)) return problem
  const range = variable === undefined ? undefined : findVariable(input.fs, built, variable)
  const path = range?.path ?? origin.path
  const where = range?.range ?? origin.range
  const location = { path: relativePath(input.root, path), ...(where === undefined ? {} : { range: where }) }
  return { ...problem, location }
}

/** Where an expression with a variable stands in the files that the object was made of. */
function findVariable(
  fs: FileSystem,
  built: BuiltObject,
  name: string,
): { path: string; range: TextRange } | undefined {
  const pattern = new RegExp(
    `\\$\\{#?${name.replace(/[^\w]/g, '\\$&')}(?![\\w])[^}]*\\}?|\\$${name.replace(/[^\w]/g, '\\$&')}(?![\\w])`,
    'g',
  )
  for (const origin of built.origins) {
    const text = readText(fs, origin.path)
    if (text === undefined) continue
    pattern.lastIndex = origin.range?.start ?? 0
    const match = pattern.exec(text)
    if (match === null || (origin.range !== undefined && match.index >= origin.range.end)) continue
    return { path: origin.path, range: { start: match.index, end: match.index + match[0].length } }
  }
  return undefined
}
