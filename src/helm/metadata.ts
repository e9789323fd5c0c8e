import { getIn, isObject, type JsonObject, type JsonValue, parseSemVer } from '../base/index.ts'
import { type GoList, type GoMap, goObject, isPrint, mapSet, quote, withType } from '../gotemplate/index.ts'
import { type Chart, type ChartDependency, type ChartMetadata, HelmError } from './chart.ts'
import { scalarText } from './manifests.ts'

/**
 * Reads Chart.yaml's JSON into metadata and validates it.
 * @throws HelmError in Helm's words (`validation: chart.metadata.name is required`).
 */
export function readMetadata(json: JsonObject): ChartMetadata {
  const text = (key: string): string => textOf(json[key], key)
  const metadata: ChartMetadata = {
    name: clean(text('name')),
    home: clean(text('home')),
    sources: texts(json['sources'], 'sources').map(clean),
    version: text('version'),
    description: clean(text('description')),
    keywords: texts(json['keywords'], 'keywords').map(clean),
    maintainers: list(json['maintainers'], 'maintainers').map((each) => {
      if (!isObject(each)) throw new HelmError('validation: maintainers must not contain empty or null nodes')
      return {
        name: clean(textOf(each['name'], 'name')),
        email: clean(textOf(each['email'], 'email')),
        url: clean(textOf(each['url'], 'url')),
      }
    }),
    icon: clean(text('icon')),
    apiVersion: text('apiVersion') || 'v1',
    condition: clean(text('condition')),
    tags: clean(text('tags')),
    appVersion: clean(text('appVersion')),
    deprecated: json['deprecated'] === true,
    annotations: annotations(json['annotations']),
    kubeVersion: clean(text('kubeVersion')),
    dependencies: readDependencies(json['dependencies']),
    type: text('type'),
  }
  return metadata
}

/** The dependencies of Chart.yaml or requirements.yaml. @throws HelmError */
export function readDependencies(value: JsonValue | undefined): ChartDependency[] {
  return list(value, 'dependencies').map((each) => {
    if (!isObject(each)) throw new HelmError('validation: dependencies must not contain empty or null nodes')
    return {
      name: clean(textOf(each['name'], 'name')),
      version: clean(textOf(each['version'], 'version')),
      repository: clean(textOf(each['repository'], 'repository')),
      condition: clean(textOf(each['condition'], 'condition')),
      tags: texts(each['tags'], 'tags').map(clean),
      enabled: each['enabled'] === true,
      importValues: list(each['import-values'], 'import-values'),
      alias: textOf(each['alias'], 'alias'),
    }
  })
}

/** Helm's checks on a chart's metadata. @throws HelmError */
export function validateMetadata(metadata: ChartMetadata): void {
  const fail = (message: string): never => {
    throw new HelmError(`validation: ${message}`)
  }
  const { name, version, type } = metadata
  if (name === '') fail('chart.metadata.name is required')
  if (name === '.' || name === '..') fail(`chart.metadata.name ${quote(name)} is not allowed`)
  if (name.includes('/')) fail(`chart.metadata.name ${quote(name)} is invalid`)
  if (version === '') fail('chart.metadata.version is required')
  if (typeof parseSemVer(version) === 'string') fail(`chart.metadata.version ${quote(version)} is invalid`)
  if (!['', 'application', 'library'].includes(type)) fail('chart.metadata.type must be application or library')
  const seen = new Set<string>()
  for (const dependency of metadata.dependencies) {
    if (dependency.alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(dependency.alias)) {
      fail(`dependency ${quote(dependency.name)} has disallowed characters in the alias`)
    }
    const key = dependency.alias || dependency.name
    if (seen.has(key)) fail(`more than one dependency with name or alias ${quote(key)}`)
    seen.add(key)
  }
}

/** `.Chart` of templates: the metadata as a map with the names of the Go fields. */
export function chartObject(chart: Chart): GoMap {
  const { metadata } = chart
  return {
    Name: metadata.name,
    Home: metadata.home,
    Sources: [...metadata.sources],
    Version: metadata.version,
    Description: metadata.description,
    Keywords: [...metadata.keywords],
    Maintainers: metadata.maintainers.map((each) => ({ Name: each.name, Email: each.email, URL: each.url })),
    Icon: metadata.icon,
    APIVersion: metadata.apiVersion,
    Condition: metadata.condition,
    Tags: metadata.tags,
    AppVersion: metadata.appVersion,
    Deprecated: metadata.deprecated,
    Annotations: metadata.annotations === undefined ? nilStringMap : stringMap(metadata.annotations),
    KubeVersion: metadata.kubeVersion,
    Dependencies: metadata.dependencies.map(dependencyObject),
    Type: metadata.type,
    IsRoot: chart.parent === undefined,
  }
}

function dependencyObject(dependency: ChartDependency): GoMap {
  return {
    Name: dependency.name,
    Version: dependency.version,
    Repository: dependency.repository,
    Condition: dependency.condition,
    Tags: [...dependency.tags],
    Enabled: dependency.enabled,
    ImportValues: dependency.importValues as GoList,
    Alias: dependency.alias,
  }
}

/** A nil map[string]string: no entries, and null in JSON. */
const nilStringMap = goObject({
  goType: 'map[string]string',
  goKind: 'map',
  field: () => undefined,
  format: () => 'map[]',
  entries: () => [],
  zero: () => '',
  toJson: () => null,
})

function stringMap(values: Readonly<Record<string, string>>): GoMap {
  const out: GoMap = {}
  for (const [key, value] of Object.entries(values)) mapSet(out, key, value)
  return withType(out, 'map[string]string')
}

function annotations(value: JsonValue | undefined): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw mismatch(value, 'annotations', 'map[string]string')
  const out: Record<string, string> = {}
  for (const key of Object.keys(value)) mapSet(out, key, textOf(getIn(value, [key]), `annotations.${key}`))
  return out
}

function list(value: JsonValue | undefined, field: string): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw mismatch(value, field, 'slice')
  return value
}

function texts(value: JsonValue | undefined, field: string): string[] {
  return list(value, field).map((each) => textOf(each, field))
}

function textOf(value: JsonValue | undefined, field: string): string {
  if (value === undefined || value === null) return ''
  return scalarText(value) ?? fail(mismatch(value, field, 'string'))
}

function fail(error: HelmError): never {
  throw error
}

function mismatch(value: JsonValue, field: string, type: string): HelmError {
  const kind = Array.isArray(value)
    ? 'array'
    : isObject(value)
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'string'
          ? 'string'
          : 'number'
  return new HelmError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go struct field Metadata.${field} of type ${type}`,
  )
}

/** Helm's sanitizeString: white space becomes a space, what cannot be printed goes. */
function clean(text: string): string {
  if (!/[^ -~]/.test(text)) return text
  let out = ''
  for (const char of text) {
    if (/[\s\u0085]/u.test(char)) out += ' '
    else if (isPrint(char)) out += char
  }
  return out
}
