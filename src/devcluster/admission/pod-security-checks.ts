import { getIn, isObject, type JsonObject, type JsonValue } from '../../base/index.ts'

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted'

/** What a Pod has that its level does not allow. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

type Check = (spec: JsonObject) => Violation | undefined

/** Violations in the order of upstream (k8s.io/pod-security-admission `policy`, as of 1.36). */
export function podViolations(spec: JsonObject, level: PodSecurityLevel): Violation[] {
  if (level === 'privileged') return []
  const checks = level === 'baseline' ? [...BASELINE.values()] : RESTRICTED
  return checks.flatMap((check) => check(spec) ?? [])
}

function containersOf(spec: JsonObject): JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => objects(spec[key]))
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function security(holder: JsonObject, ...path: string[]): JsonValue | undefined {
  return getIn(holder, ['securityContext', ...path])
}

function quoted(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(', ')
}

function sorted(items: readonly string[]): string[] {
  return [...new Set(items)].sort()
}

function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many
}

function named(containers: readonly JsonObject[]): string {
  const names = containers.map((container) => String(container['name'] ?? ''))
  return `${plural('container', 'containers', names.length)} ${quoted(names)}`
}

/** Who set something: the Pod, containers, or both. */
function setters(pod: boolean, containers: readonly JsonObject[]): string {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(' and ')
}

const CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)

const capabilities: Check = (spec) => {
  const added = (container: JsonObject): string[] =>
    texts(security(container, 'capabilities', 'add')).filter((name) => !CAPABILITIES.has(name))
  const bad = containersOf(spec).filter((container) => added(container).length > 0)
  if (bad.length === 0) return undefined
  const names = quoted(sorted(bad.flatMap(added)))
  return {
    reason: 'non-default capabilities',
    detail: `${named(bad)} must not include ${names} in securityContext.capabilities.add`,
  }
}

const hostNamespaces: Check = (spec) => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true).map((key) => `${key}=true`)
  return used.length === 0 ? undefined : { reason: 'host namespaces', detail: used.join(', ') }
}

const hostPaths: Check = (spec) => {
  const names = objects(spec['volumes'])
    .filter((volume) => isObject(volume['hostPath']))
    .map((volume) => String(volume['name']))
  if (names.length === 0) return undefined
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` }
}

const hostPorts: Check = (spec) => {
  const ports = (container: JsonObject): string[] =>
    objects(container['ports'])
      .filter((port) => Number(port['hostPort'] ?? 0) !== 0)
      .map((port) => String(port['hostPort']))
  const bad = containersOf(spec).filter((container) => ports(container).length > 0)
  if (bad.length === 0) return undefined
  const all = sorted(bad.flatMap(ports))
  const what = `${plural('uses', 'use', bad.length)} ${plural('hostPort', 'hostPorts', all.length)}`
  return { reason: 'hostPort', detail: `${named(bad)} ${what} ${all.join(', ')}` }
}

const privileged: Check = (spec) => {
  const bad = containersOf(spec).filter((container) => security(container, 'privileged') === true)
  if (bad.length === 0) return undefined
  return { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` }
}

const procMount: Check = (spec) => {
  const type = (container: JsonObject): string => String(security(container, 'procMount') ?? 'Default')
  const bad = containersOf(spec).filter((container) => type(container) !== 'Default')
  if (bad.length === 0) return undefined
  const types = quoted(sorted(bad.map(type)))
  return { reason: 'procMount', detail: `${named(bad)} must not set securityContext.procMount to ${types}` }
}

const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])

const seLinuxOptions: Check = (spec) => {
  const options = (holder: JsonObject): JsonObject | undefined => {
    const value = security(holder, 'seLinuxOptions')
    if (!isObject(value)) return undefined
    const good = SELINUX_TYPES.has(String(value['type'] ?? '')) && !value['user'] && !value['role']
    return good ? undefined : value
  }
  const bad = containersOf(spec).filter((container) => options(container) !== undefined)
  const all = [spec, ...bad].map(options).filter((item) => item !== undefined)
  if (all.length === 0) return undefined
  const types = sorted(all.map((item) => String(item['type'] ?? '')).filter((type) => !SELINUX_TYPES.has(type)))
  const data = [
    ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
    ...(['user', 'role'] as const).filter((key) => all.some((item) => item[key])).map((key) => `${key} may not be set`),
  ]
  const who = setters(options(spec) !== undefined, bad)
  return {
    reason: 'seLinuxOptions',
    detail: `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
  }
}

function seccompType(holder: JsonObject): string | undefined {
  const type = security(holder, 'seccompProfile', 'type')
  return typeof type === 'string' ? type : undefined
}

/** Profiles that are named and not allowed. */
function badProfiles(spec: JsonObject, bad: (type: string) => boolean): Violation | undefined {
  const set = (holder: JsonObject): boolean => {
    const type = seccompType(holder)
    return type !== undefined && bad(type)
  }
  const containers = containersOf(spec).filter(set)
  if (!set(spec) && containers.length === 0) return undefined
  const types = sorted([spec, ...containers].flatMap((holder) => (set(holder) ? seccompType(holder)! : [])))
  const detail = `${setters(set(spec), containers)} must not set securityContext.seccompProfile.type to ${quoted(types)}`
  return { reason: 'seccompProfile', detail }
}

const seccompBaseline: Check = (spec) => badProfiles(spec, (type) => type === 'Unconfined')

const SYSCTLS = new Set(
  'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem'.split(
    ' ',
  ),
)

const sysctls: Check = (spec) => {
  const names = objects(security(spec, 'sysctls'))
    .map((item) => String(item['name']))
    .filter((name) => !SYSCTLS.has(name))
  return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') }
}

const hostProcess: Check = (spec) => {
  const set = (holder: JsonObject): boolean => security(holder, 'windowsOptions', 'hostProcess') === true
  const who = setters(set(spec), containersOf(spec).filter(set))
  if (who === '') return undefined
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` }
}

const BASELINE: ReadonlyMap<string, Check> = new Map([
  ['capabilities', capabilities],
  ['hostNamespaces', hostNamespaces],
  ['hostPaths', hostPaths],
  ['hostPorts', hostPorts],
  ['privileged', privileged],
  ['procMount', procMount],
  ['seLinuxOptions', seLinuxOptions],
  ['seccomp', seccompBaseline],
  ['sysctls', sysctls],
  ['hostProcess', hostProcess],
])

const escalation: Check = (spec) => {
  const bad = containersOf(spec).filter((item) => security(item, 'allowPrivilegeEscalation') !== false)
  if (bad.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

const restrictedCapabilities: Check = (spec) => {
  const added = (container: JsonObject): string[] =>
    texts(security(container, 'capabilities', 'add')).filter((name) => name !== 'NET_BIND_SERVICE')
  const all = containersOf(spec)
  const keeping = all.filter((item) => !texts(security(item, 'capabilities', 'drop')).includes('ALL'))
  const adding = all.filter((item) => added(item).length > 0)
  const details = [
    ...(keeping.length > 0 ? [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [
          `${named(adding)} must not include ${quoted(sorted(adding.flatMap(added)))} in securityContext.capabilities.add`,
        ]
      : []),
  ]
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
  'image',
]

const restrictedVolumes: Check = (spec) => {
  const type = (volume: JsonObject): string | undefined => Object.keys(volume).find((key) => key !== 'name')
  const bad = objects(spec['volumes']).filter((volume) => !VOLUMES.includes(type(volume) ?? 'emptyDir'))
  if (bad.length === 0) return undefined
  const types = sorted(bad.map((volume) => type(volume) ?? 'unknown'))
  const names = quoted(bad.map((volume) => String(volume['name'])))
  const what = plural('restricted volume type', 'restricted volume types', types.length)
  const who = `${plural('volume', 'volumes', bad.length)} ${names} ${plural('uses', 'use', bad.length)}`
  return { reason: 'restricted volume types', detail: `${who} ${what} ${quoted(types)}` }
}

const nonRoot: Check = (spec) => {
  const all = containersOf(spec)
  const value = (holder: JsonObject): JsonValue | undefined => security(holder, 'runAsNonRoot')
  const reason = 'runAsNonRoot != true'
  const who = setters(
    value(spec) === false,
    all.filter((item) => value(item) === false),
  )
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` }
  const silent = value(spec) === true ? [] : all.filter((item) => value(item) === undefined)
  if (silent.length === 0) return undefined
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` }
}

const asRoot: Check = (spec) => {
  const root = (holder: JsonObject): boolean => security(holder, 'runAsUser') === 0
  const who = setters(root(spec), containersOf(spec).filter(root))
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}

const seccompRestricted: Check = (spec) => {
  const good = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost'
  const bad = badProfiles(spec, (type) => !good(type))
  if (bad !== undefined) return bad
  const silent = good(seccompType(spec)) ? [] : containersOf(spec).filter((item) => seccompType(item) === undefined)
  if (silent.length === 0) return undefined
  const detail = `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
  return { reason: 'seccompProfile', detail }
}

/** Some checks of the baseline are part of stricter ones. */
const RESTRICTED: readonly Check[] = [
  ...[...BASELINE].filter(([id]) => !['capabilities', 'hostPaths', 'seccomp'].includes(id)).map(([, check]) => check),
  escalation,
  restrictedCapabilities,
  restrictedVolumes,
  nonRoot,
  asRoot,
  seccompRestricted,
]
