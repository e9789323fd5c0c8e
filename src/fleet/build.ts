import {
  type Cancellation,
  getString,
  hasErrors,
  isObject,
  type JsonObject,
  type JsonValue,
  joinPath,
  type Location,
  type Problem,
  readText,
} from '../base/index.ts'
import {
  type BuildInput,
  type BuiltKustomization,
  type BuiltObject,
  buildKustomization,
  compareApplyOrder,
  type KustomizeBuildFunction,
  type KustomizeResult,
} from '../flux/index.ts'
import { type KubeObject, parseApiVersion, refOf } from '../kube/index.ts'
import type { Artifact } from './artifacts.ts'
import { Overrides } from './overrides.ts'
import type { Rendered } from './types.ts'
import type { Variables } from './variables.ts'
import { type BuildOutput, type BuildRequest, emptyRendered, sortOutput } from './walk.ts'

/** What a build needs besides its request. */
export interface BuildHost {
  readonly kustomize: KustomizeBuildFunction
  readonly cancellation: Cancellation | undefined
  /** Workspace path (relative) of a path of an artifact, absolute or relative to its root. */
  workspacePath(artifact: Artifact, path: string): string | undefined
  /** Where an artifact of a generator is written. */
  generatorLocation(generator: BuiltObject, name: string): Location | undefined
  /** Where a field of the Kustomization is written. */
  fieldLocation(request: BuildRequest, path: readonly (string | number)[]): Location | undefined
}

/** Marks locations that are in terms of the workspace already. */
const located = 'workspace:'

/**
 * Builds one Kustomization as the controller would. Variables whose value nobody can know from the files (encrypted, or
 * made in the cluster) stay as written. When substitution fails, the objects are kept with what could be substituted,
 * so that the Kustomizations among them are still followed; the problem stays.
 */
export function makeBuild(request: BuildRequest, host: BuildHost): { value: BuildOutput; inputs: readonly string[] } {
  const { artifact, object, variables, id } = request
  if (artifact === undefined) return { value: sortOutput(emptyRendered(id, faultProblems(request, host))), inputs: [] }
  const overrides = new Overrides(artifact.fs)
  const unknown = new Set<string>()
  const unset = new Set<string>()
  const input: BuildInput = {
    kustomization: object,
    fs: artifact.fs,
    root: artifact.root,
    build: (dir, fs, options) => {
      overrides.use(options.overrides)
      return withoutMalformed(host.kustomize(dir, fs, options))
    },
    variables: variables.wanted ? withHidden(variables) : undefined,
    unknownVariable: (name) => {
      if (variables.open) unknown.add(name)
      else unset.add(name)
      return variables.open
    },
    locate: (path) => {
      const location = host.fieldLocation(request, path)
      return location === undefined ? undefined : { ...location, path: located + location.path }
    },
    ...(host.cancellation === undefined ? {} : { cancellation: host.cancellation }),
  }
  const noteUnset = (name: string): boolean => {
    unset.add(name)
    return true
  }
  let built = buildKustomization(input)
  let problems = built.problems
  if (built.objects.length === 0 && problems.some((problem) => problem.code === 'flux/substitution-failed')) {
    // What has no value stays as written: an empty text could leave an object without a name.
    const lenient = buildKustomization({ ...input, unknownVariable: noteUnset })
    if (!hasErrors(lenient.problems)) {
      const missing = unsetProblems(lenient, unset, { artifact, request, host })
      problems = missing.length > 0 ? missing : problems
      built = lenient
    }
  }
  const rendered: Rendered = {
    id,
    objects: [...built.objects]
      .map((one) => overrides.object(one))
      .sort((a, b) => compareApplyOrder(metaOf(a.object), metaOf(b.object))),
    text: () => built.text(),
    problems: problems.map((problem) => inWorkspace(problem, request, { host, overrides, artifact })),
    inputs: built.inputs.map((path) => artifact.toWorkspace(path) ?? path),
    variables: variables.values,
    unknownVariables: [...new Set([...unknown, ...variables.hidden])].sort(),
  }
  return { value: sortOutput(rendered), inputs: [...rendered.inputs, ...artifact.inputs] }
}

/** kustomize lets any value stand where a name belongs; nothing behind it does. */
function withoutMalformed(result: KustomizeResult): KustomizeResult {
  const isWhole = ({ object }: BuiltObject): boolean =>
    typeof object.apiVersion === 'string' &&
    typeof object.kind === 'string' &&
    isObject(object.metadata) &&
    typeof object.metadata.name === 'string'
  if (result.objects.every(isWhole)) return result
  const problems = result.objects
    .filter((built) => !isWhole(built))
    .map(({ origins }): Problem => {
      const { path, range } = origins[0] ?? { path: undefined, range: undefined }
      const message = 'apiVersion, kind and metadata.name must be text'
      if (path === undefined) return { code: 'flux/build-failed', severity: 'error', message }
      const location = { path, ...(range === undefined ? {} : { range }) }
      return { code: 'flux/build-failed', severity: 'error', message, location }
    })
  return { ...result, objects: [], problems: [...result.problems, ...problems] }
}

/** What keeps an ArtifactGenerator from making the artifact that the Kustomization needs. */
function faultProblems({ fault, object }: BuildRequest, host: BuildHost): Problem[] {
  if (fault === undefined) return []
  const name = getString(object, 'spec', 'sourceRef', 'name') ?? ''
  const location = host.generatorLocation(fault.generator, name)
  const problem: Problem = {
    code: 'flux/artifact-failed',
    severity: 'error',
    message: `artifact "${name}" cannot be made: ${fault.message}`,
    object: refOf(fault.generator.object),
  }
  return [location === undefined ? problem : { ...problem, location }]
}

/**
 * Names with a hidden value stand for themselves. Where all values are made in the cluster there is one to stand for
 * them, since without any variable nothing would be substituted.
 */
function withHidden({ values, hidden, open }: Variables): ReadonlyMap<string, string> {
  if (hidden.size === 0) return values.size === 0 && open ? new Map([['_', '']]) : values
  return new Map([...values, ...[...hidden].map((name) => [name, `\${${name}}`] as const)])
}

/** One problem for each place where a variable without a value is used. */
function unsetProblems(
  built: BuiltKustomization,
  names: ReadonlySet<string>,
  { artifact, request, host }: { artifact: Artifact; request: BuildRequest; host: BuildHost },
): Problem[] {
  const out: Problem[] = []
  const { name, namespace } = request.object.metadata
  const subject = `Kustomization/${typeof namespace === 'string' ? `${namespace}/` : ''}${name}`
  const given = host.fieldLocation(request, ['spec', 'postBuild'])
  const seen = new Set<string>()
  for (const object of built.objects) {
    for (const origin of object.origins) {
      const key = `${origin.path}:${origin.range?.start ?? 0}`
      if (seen.has(key)) continue
      seen.add(key)
      const text = readText(artifact.fs, origin.path)
      if (text === undefined) continue
      const { start, end } = origin.range ?? { start: 0, end: text.length }
      for (const match of text.slice(start, end).matchAll(/(?<!\$)\$\{([A-Za-z_]\w*)\}/g)) {
        if (!names.has(match[1]!)) continue
        const at = start + match.index
        out.push({
          code: 'flux/unset-variable',
          severity: 'error',
          message: `variable "${match[1]}" is not set by ${subject}. Set it in spec.postBuild.substitute or in a ConfigMap of substituteFrom, give a default (\${${match[1]}:=value}), or write $\${${match[1]}} to keep it as text`,
          location: { path: origin.path, range: { start: at, end: at + match[0].length } },
          ...(given === undefined
            ? {}
            : {
                related: [
                  { location: { ...given, path: located + given.path }, message: `the variables of ${subject}` },
                ],
              }),
        })
      }
    }
  }
  return out
}

function inWorkspace(
  problem: Problem,
  request: BuildRequest,
  { host, overrides, artifact }: { host: BuildHost; overrides: Overrides; artifact: Artifact },
): Problem {
  const convert = (location: Location): Location | undefined => {
    if (location.path.startsWith(located)) return { ...location, path: location.path.slice(located.length) }
    const absolute = location.path.startsWith('/') ? location.path : joinPath(artifact.root, location.path)
    const mapped = overrides.location({ ...location, path: absolute })
    const written = mapped?.range === undefined ? overrides.textAt({ ...location, path: absolute }) : undefined
    const field = written === undefined ? undefined : findText(request.object['spec'], written, ['spec'])
    // What Flux itself put into the kustomization file stands in the Kustomization.
    if (field !== undefined) return host.fieldLocation(request, field)
    const path = mapped === undefined ? undefined : host.workspacePath(artifact, mapped.path)
    return mapped === undefined || path === undefined ? undefined : { ...mapped, path }
  }
  const location = problem.location === undefined ? undefined : convert(problem.location)
  const related = problem.related?.flatMap((one) => {
    const at = convert(one.location)
    return at === undefined ? [] : [{ ...one, location: at }]
  })
  const { location: _old, related: _before, ...rest } = problem
  return {
    ...rest,
    ...(location === undefined ? {} : { location }),
    ...(related === undefined ? {} : { related }),
  }
}

/** The path of a text among the values of an object. */
function findText(
  value: JsonValue | undefined,
  text: string,
  path: readonly (string | number)[],
): readonly (string | number)[] | undefined {
  if (typeof value === 'string') return value === text ? path : undefined
  if (typeof value !== 'object' || value === null || path.length > 8) return undefined
  const entries: [string | number, JsonValue][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value)
  for (const [step, item] of entries) {
    const found = findText(item, text, [...path, step])
    if (found !== undefined) return found
  }
  return undefined
}

function metaOf(object: KubeObject): { group: string; kind: string; namespace: string; name: string } {
  const namespace = object.metadata['namespace']
  return {
    group: parseApiVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: typeof namespace === 'string' ? namespace : '',
    name: String(object.metadata.name),
  }
}

/** Writes the build-relevant part of a Kustomization as text; remembered, since the same object is asked for again. */
export class BuildKeys {
  readonly #texts = new WeakMap<KubeObject, string>()

  /** All that is handed to a build, as a string: an equal key and untouched inputs mean an equal result. */
  of({ object, artifact, fault, variables }: BuildRequest): string {
    const rest = [
      artifact?.key ?? '',
      fault?.message ?? '',
      variables.open,
      [...variables.values],
      [...variables.hidden],
    ]
    return `${this.#textOf(object)}\n${JSON.stringify(rest)}`
  }

  #textOf(object: KubeObject): string {
    const known = this.#texts.get(object)
    if (known !== undefined) return known
    const { status: _status, ...rest } = object as JsonObject
    const text = JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
    this.#texts.set(object, text)
    return text
  }
}

/** True when two results are the same for everything that builds on them. */
export function sameObjects(
  a: readonly BuiltObject[],
  b: readonly BuiltObject[],
  equal: (x: KubeObject, y: KubeObject) => boolean,
): boolean {
  return a.length === b.length && a.every((one, i) => one.object === b[i]!.object || equal(one.object, b[i]!.object))
}
