import {
  type FileSystem,
  getIn,
  hasErrors,
  isObject,
  isWithin,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  joinPath,
  type Location,
  type Problem,
  type Result,
  readText,
  relativePath,
} from '../../base/index.ts'
import { parseFirstDocument, toYaml } from '../text.ts'
import { DecodeError, throughType } from './decode.ts'
import { kustomizationShape } from './kustomization-shape.ts'
import { findKustomizationFile, scanManifests } from './scan.ts'

/** What `generateKustomization` works on. */
export interface GenerateInput {
  /** The artifact. */
  readonly fs: FileSystem
  /** Absolute directory of `fs` that is the artifact's root. */
  readonly root: string
  /** The whole Flux Kustomization, or at least its `spec`. */
  readonly kustomization: { readonly spec?: JsonValue } & JsonObject
  /** Where a field of the Kustomization is written, for problems. */
  readonly locate?: (path: readonly (string | number)[]) => Location | undefined
}

/** The kustomization file that Flux builds instead of the user's. */
export interface GeneratedKustomization {
  /** Absolute directory to build. */
  readonly dir: string
  /** Absolute path of the file that `text` stands for; `''` when there is nothing to build. */
  readonly path: string
  readonly text: string
  /** True when the directory has no kustomization file of its own. */
  readonly created: boolean
  /** What the result depends on: every file read and directory listed, the missing ones included. */
  readonly inputs: readonly string[]
}

/** Joins `spec.path` below the artifact's root; leading `../` cannot leave it (filepath-securejoin). */
export function securePath(root: string, path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return joinPath(root, parts.join('/'))
}

/**
 * The kustomization file that kustomize-controller writes before it builds (fluxcd/pkg kustomize `Generator` 1.35): the
 * user's own, stripped of what the type does not know, or one that lists every manifest below the directory; then the
 * Flux Kustomization's namespace, name affixes, patches, components, images and build metadata are merged in.
 */
export function generateKustomization(input: GenerateInput): Result<GeneratedKustomization> {
  const { fs, root, kustomization } = input
  const specPath = getIn(kustomization, ['spec', 'path'])
  const dir = securePath(root, typeof specPath === 'string' ? specPath : '')
  const at = (path: (string | number)[]): { location?: Location } => {
    const location = input.locate?.(path)
    return location === undefined ? {} : { location }
  }
  const nothing: GeneratedKustomization = { dir, path: '', text: '', created: false, inputs: [dir] }
  if (fs.stat(dir) === undefined) {
    const message = `kustomization path not found: stat ${dir}: no such file or directory`
    return fail(nothing, 'flux/path-not-found', message, at(['spec', 'path']))
  }
  const base = findOrScan(fs, dir)
  const shown: GeneratedKustomization = { ...nothing, inputs: base.inputs }
  if (base.message !== undefined) {
    return fail(shown, 'flux/build-failed', base.message, base.file === undefined ? {} : at([]), base.file, root)
  }
  const file: JsonObject = { ...base.file0 }
  if (!base.created && !isFilled(file['resources'])) file['buildMetadata'] = ['originAnnotations']
  const problems: Problem[] = []
  const merged = mergeSpec(file, kustomization, { fs, dir, problems, at })
  const inputs = [...base.inputs, ...merged.looked]
  if (hasErrors(problems)) return { value: { ...nothing, inputs }, problems }
  return { value: { dir, path: base.path, text: toYaml(merged.file), created: base.created, inputs }, problems }
}

function fail(
  value: GeneratedKustomization,
  code: string,
  message: string,
  at: { location?: Location },
  file?: string,
  root?: string,
): Result<GeneratedKustomization> {
  const location =
    file !== undefined && root !== undefined && isWithin(root, file) ? { path: relativePath(root, file) } : at.location
  return {
    value,
    problems: [{ code, severity: 'error', message, ...(location === undefined ? {} : { location }) }],
  }
}

interface Base {
  readonly file0: JsonObject
  readonly path: string
  readonly created: boolean
  readonly inputs: readonly string[]
  readonly message?: string
  /** The file at fault. */
  readonly file?: string
}

const typeMeta = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' } as const

function findOrScan(fs: FileSystem, dir: string): Base {
  const own = findKustomizationFile(fs, dir)
  if (own !== undefined) return readOwn(fs, own)
  const scan = scanManifests(fs, dir)
  const path = joinPath(dir, 'kustomization.yaml')
  const inputs = [path, ...scan.inputs]
  if (scan.failure !== undefined) {
    const { path: file, message } = scan.failure
    const text = `failed to decode Kubernetes YAML from ${file}: ${message}`
    return { file0: {}, path, created: true, inputs, message: text, file }
  }
  const resources = scan.resources.map((one) => `./${relativePath(dir, one)}`)
  // kustomize refuses an empty file, so that a directory without manifests gets a setting without effect.
  const file0: JsonObject =
    resources.length > 0 ? { ...typeMeta, resources } : { ...typeMeta, namespace: '_placeholder' }
  return { file0, path, created: true, inputs }
}

function readOwn(fs: FileSystem, path: string): Base {
  const base = { file0: {}, path, created: false, inputs: [path], file: path }
  const parsed = parseFirstDocument(readText(fs, path) ?? '')
  if ('error' in parsed) return { ...base, message: `error converting YAML to JSON: ${parsed.error}` }
  try {
    const typed = throughType(parsed.value ?? {}, kustomizationShape)
    return { file0: { ...typeMeta, ...(isObject(typed) ? typed : {}) }, path, created: false, inputs: [path] }
  } catch (problem) {
    if (problem instanceof DecodeError) return { ...base, message: problem.message }
    throw problem
  }
}

interface MergeContext {
  readonly fs: FileSystem
  readonly dir: string
  readonly problems: Problem[]
  readonly at: (path: (string | number)[]) => { location?: Location }
}

function mergeSpec(
  file: JsonObject,
  kustomization: JsonObject,
  context: MergeContext,
): { file: JsonObject; looked: string[] } {
  const spec = kustomization['spec']
  if (!isObject(spec)) return { file, looked: [] }
  for (const [from, to] of [
    ['targetNamespace', 'namespace'],
    ['namePrefix', 'namePrefix'],
    ['nameSuffix', 'nameSuffix'],
  ] as const) {
    const value = spec[from]
    // An empty string is the same as none: the typed object does not carry it.
    if (typeof value === 'string' && value !== '') file[to] = value
    else if (value !== undefined && value !== null && value !== '') wrongType(context, ['spec', from], value, 'string')
  }
  const patches = listAt(spec, 'patches', context).map(({ value }) => patchOf(value))
  append(file, 'patches', patches)
  const components = mergeComponents(file, spec, context)
  mergeImages(
    file,
    listAt(spec, 'images', context).map(({ value }) => value),
  )
  const metadata = spec['buildMetadata']
  if (Array.isArray(metadata) && metadata.length > 0) file['buildMetadata'] = metadata
  return { file, looked: components }
}

function append(file: JsonObject, field: string, items: JsonArray): void {
  if (items.length === 0) return
  const before = file[field]
  file[field] = [...(Array.isArray(before) ? before : []), ...items]
}

function isFilled(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.length > 0
}

function listAt(spec: JsonObject, field: string, context: MergeContext): { value: JsonObject; index: number }[] {
  const list = spec[field]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    wrongType(context, ['spec', field], list, '[]interface {}')
    return []
  }
  return list.flatMap((value, index) => {
    if (isObject(value)) return [{ value, index }]
    wrongType(context, ['spec', field, index], value, 'map[string]interface {}')
    return []
  })
}

function wrongType(context: MergeContext, path: (string | number)[], value: JsonValue, wanted: string): void {
  const got = Array.isArray(value) ? '[]interface {}' : isObject(value) ? 'map[string]interface {}' : typeof value
  context.problems.push({
    code: 'flux/build-failed',
    severity: 'error',
    message: `.${path.join('.')} accessor error: ${JSON.stringify(value, bigintText)} is of the type ${got}, expected ${wanted}`,
    ...context.at(path),
  })
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

const selectorFields = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'] as const

function patchOf(value: JsonObject): JsonObject {
  const out: JsonObject = {}
  if (typeof value['patch'] === 'string' && value['patch'] !== '') out['patch'] = value['patch']
  const target = value['target']
  if (isObject(target)) {
    const selector: JsonObject = {}
    for (const field of selectorFields) {
      const text = target[field]
      if (typeof text === 'string' && text !== '') selector[field] = text
    }
    out['target'] = selector
  }
  return out
}

function mergeComponents(file: JsonObject, spec: JsonObject, context: MergeContext): string[] {
  const list = spec['components']
  if (!Array.isArray(list)) return []
  const ignoreMissing = spec['ignoreMissingComponents'] === true
  const looked: string[] = []
  const kept: string[] = []
  for (let i = 0; i < list.length; i++) {
    const component = list[i]
    if (typeof component !== 'string') {
      wrongType(context, ['spec', 'components', i], component ?? null, 'string')
      continue
    }
    if (!isLocalRelativePath(component)) {
      context.problems.push({
        code: 'flux/build-failed',
        severity: 'error',
        message: `component path '${component}' must be local and relative`,
        ...context.at(['spec', 'components', i]),
      })
      continue
    }
    const path = joinPath(context.dir, component)
    if (ignoreMissing) {
      looked.push(path)
      if (context.fs.stat(path) === undefined) continue
    }
    kept.push(component)
  }
  append(file, 'components', kept)
  return looked
}

const remotePrefixes = ['git::', 'gh:', 'ssh://', 'https://', 'http://', 'git@', 'github.com:', 'github.com/']

/** False for an absolute path and for what kustomize would take as a remote (fluxcd/pkg `IsLocalRelativePath`). */
export function isLocalRelativePath(path: string): boolean {
  const lower = path.toLowerCase()
  if (remotePrefixes.some((prefix) => prefix.length < path.length && lower.startsWith(prefix))) return false
  return !path.startsWith('/') && !lower.replace(/^file:\/\//, '').startsWith('/')
}

/** Entries of the same name are merged field by field; tag and digest go together. */
function mergeImages(file: JsonObject, images: readonly JsonObject[]): void {
  if (images.length === 0) return
  const before = file['images']
  const list: JsonObject[] = Array.isArray(before) ? before.filter(isObject).map((image) => ({ ...image })) : []
  for (const image of images) {
    const text = (field: string): string => (typeof image[field] === 'string' ? image[field] : '')
    const same = list.find((other) => (other['name'] ?? '') === text('name'))
    const target: JsonObject = same ?? (text('name') === '' ? {} : { name: text('name') })
    if (text('newName') !== '') target['newName'] = text('newName')
    if (same === undefined || text('newTag') !== '' || text('digest') !== '') {
      setOrDrop(target, 'newTag', text('newTag'))
      setOrDrop(target, 'digest', text('digest'))
    }
    if (same === undefined) list.push(target)
  }
  file['images'] = list
}

function setOrDrop(target: JsonObject, field: string, value: string): void {
  if (value === '') delete target[field]
  else target[field] = value
}
