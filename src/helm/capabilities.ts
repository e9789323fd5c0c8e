import { formatValue, type GoObject, type GoValue, goFunction, goObject, makeInt } from '../gotemplate/index.ts'
import { HelmError } from './chart.ts'
import apiVersions from './data/api-versions.json' with { type: 'json' }

/** The Kubernetes version and API versions that charts are rendered for. */
export interface Capabilities {
  readonly kubeVersion: KubeVersion
  /** `group/version`, and `group/version/Kind` where the caller names them. */
  readonly apiVersions: readonly string[]
}

export interface KubeVersion {
  /** With a leading `v` and any suffix: `v1.33.4-gke.1`. */
  readonly version: string
  /** `v1.33.4`. */
  readonly normalized: string
  readonly major: string
  readonly minor: string
}

/** What Helm 4.1 assumes without a cluster: the Kubernetes version that it was built with. */
export const defaultKubeVersion = 'v1.35.0'

/** The version of Helm whose behaviour this module has. */
export const helmVersion = 'v4.1.4'

/** What `.Capabilities.HelmVersion` says of that release. */
const buildInfo = {
  Version: helmVersion,
  GitCommit: '05fa37973dc9e42b76e1d2883494c87174b6074f',
  GitTreeState: 'clean',
  GoVersion: 'go1.25.9',
  KubeClientVersion: 'v1.35',
} as const

/** Parses `--kube-version`. @throws HelmError */
export function parseKubeVersion(text: string): KubeVersion {
  const match = /^\s*v?(\d+(?:\.\d+)+)/.exec(text)
  if (/^v?\d+$/.test(text)) {
    throw new HelmError(`invalid kube version '${text}': illegal version string ${JSON.stringify(text)}`)
  }
  if (match === null) {
    throw new HelmError(`invalid kube version '${text}': could not parse ${JSON.stringify(text)} as version`)
  }
  const parts = match[1]!.split('.')
  for (const part of parts) {
    if (/^0\d/.test(part))
      throw new HelmError(
        `invalid kube version '${text}': illegal zero-prefixed version component ${JSON.stringify(part)} in ${JSON.stringify(text)}`,
      )
  }
  const [major = '0', minor = '0'] = parts
  return { version: text.startsWith('v') ? text : `v${text}`, normalized: `v${parts.join('.')}`, major, minor }
}

/** Capabilities without a cluster: Helm's own list of API versions, with the caller's after it. */
export function makeCapabilities(
  kubeVersion: string = defaultKubeVersion,
  extra: readonly string[] = [],
): Capabilities {
  return { kubeVersion: parseKubeVersion(kubeVersion), apiVersions: [...apiVersions, ...extra] }
}

/** `.Capabilities` of templates. */
export function capabilitiesObject(capabilities: Capabilities): GoObject {
  const { kubeVersion } = capabilities
  const known = new Set(capabilities.apiVersions)
  const versionFields = [
    ['Version', kubeVersion.version],
    ['normalizedVersion', kubeVersion.normalized],
    ['Major', kubeVersion.major],
    ['Minor', kubeVersion.minor],
  ] as const
  const versionObject = goObject({
    ...struct('common.KubeVersion', versionFields, {
      GitVersion: { method: goFunction('', () => kubeVersion.version) },
      String: { method: goFunction('', () => kubeVersion.normalized) },
    }),
    // The pointer has String(): an action prints by it, fmt gets the struct and does not.
    print: () => kubeVersion.normalized,
  })
  const versions = goObject({
    goType: 'common.VersionSet',
    goKind: 'slice',
    field: (name) =>
      name === 'Has' ? { method: goFunction('string', (version: string) => known.has(version)) } : undefined,
    format: () => `[${capabilities.apiVersions.join(' ')}]`,
    entries: () => capabilities.apiVersions.map((version, i) => [makeInt(i), version] as const),
    toJson: () => [...capabilities.apiVersions],
  })
  const build = struct('version.BuildInfo', Object.entries(buildInfo), {})
  const jsonNames = ['version', 'git_commit', 'git_tree_state', 'go_version', 'kube_client_version']
  const named = goObject({ ...build, jsonFields: Object.values(buildInfo).map((value, i) => [jsonNames[i]!, value]) })
  return struct(
    '*common.Capabilities',
    [
      ['KubeVersion', versionObject],
      ['APIVersions', versions],
      ['HelmVersion', named],
    ],
    {},
  )
}

type Member = NonNullable<ReturnType<GoObject['field']>>

/** A struct whose exported fields templates can read, with its methods. */
function struct(
  goType: string,
  fields: readonly (readonly [string, GoValue])[],
  methods: Readonly<Record<string, Member>>,
): GoObject {
  const exported = fields.filter(([name]) => /^[A-Z]/.test(name))
  const byName = new Map<string, Member>(exported.map(([name, value]) => [name, { value }]))
  return goObject({
    goType,
    goKind: goType.startsWith('*') ? 'ptr' : 'struct',
    field: (name) => (Object.hasOwn(methods, name) ? methods[name] : byName.get(name)),
    format: () => formatValue(undefined),
    fields,
    jsonFields: exported,
  })
}
