import { getString, isObject, type JsonObject, type JsonValue, parseSemVer } from '../base/index.ts'
import { type GoList, type GoMap, goObject, isPrint, mapSet, quote, withType } from '../gotemplate/index.ts'
import { type Chart, type ChartDependency, type ChartMetadata, HelmError } from './chart.ts'

/**
 * The metadata of a Chart.yaml, with its texts cleaned.
 * @param json as `decodeMetadata` gives it.
 * @throws HelmError in Helm's words (`validation: …`) for null entries.
 */
export function readMetadata(json: JsonObject): ChartMetadata {
  const text = (key: string): string => getString(json, key) ?? ''
  const annotations = json['annotations']
  return {
    name: clean(text('name')),
    home: clean(text('home')),
    sources: texts(json['sources']).map(clean),
    version: text('version'),
    description: clean(text('description')),
    keywords: texts(json['keywords']).map(clean),
    maintainers: objects(json['maintainers'], 'maintainers').map((each) => ({
      name: clean(getString(each, 'name') ?? ''),
      email: clean(getString(each, 'email') ?? ''),
      url: clean(getString(each, 'url') ?? ''),
    })),
    icon: clean(text('icon')),
    apiVersion: text('apiVersion') || 'v1',
    condition: clean(text('condition')),
    tags: clean(text('tags')),
    appVersion: clean(text('appVersion')),
    deprecated: json['deprecated'] === true,
    annotations: isObject(annotations) ? (annotations as Record<string, string>) : undefined,
    kubeVersion: clean(text('kubeVersion')),
    dependencies: readDependencies(json),
    type: text('type'),
  }
}

/** The `dependencies` of Chart.yaml, requirements.yaml or a lock file, as `decodeMetadata` gives it. @throws HelmError */
export function readDependencies(json: JsonObject): ChartDependency[] {
  return objects(json['dependencies'], 'dependencies').map((each) => ({
    name: clean(getString(each, 'name') ?? ''),
    version: clean(getString(each, 'version') ?? ''),
    repository: clean(getString(each, 'repository') ?? ''),
    condition: clean(getString(each, 'condition') ?? ''),
    tags: texts(each['tags']).map(clean),
    enabled: each['enabled'] === true,
    importValues: Array.isArray(each['import-values']) ? each['import-values'] : [],
    alias: getString(each, 'alias') ?? '',
  }))
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

function objects(value: JsonValue | undefined, field: string): JsonObject[] {
  return (Array.isArray(value) ? value : []).map((each) => {
    if (isObject(each)) return each
    throw new HelmError(`validation: ${field} must not contain empty or null nodes`)
  })
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
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
