import { checkDnsLabel, checkDnsSubdomain, checkPortName, checkPortNumber } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkEnvironment } from './pod-env.ts'
import { checkDescendingPath } from './pod-paths.ts'
import { checkLifecycle, forbidLifecycle } from './pod-probes.ts'
import {
  checkAffinity,
  checkDns,
  checkGates,
  checkHostAliases,
  checkSpread,
  checkTolerations,
} from './pod-scheduling.ts'
import { checkContainerSecurity, checkPodSecurity } from './pod-security.ts'
import { checkVolumes, type Volumes } from './pod-volumes.ts'
import { checkResources } from './quantities.ts'
import { checkLabels } from './selectors.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** What the checks of one container need of its Pod. */
interface PodContext {
  readonly volumes: Volumes
  readonly grace: number | undefined
  readonly os: string | undefined
  readonly restartPolicy: string
  readonly hostUsers: boolean
}

function checkPorts(container: Field): void {
  const names = new Set<string>()
  for (const port of container.objects('ports')) {
    const name = port.text('name')
    if (name !== '') {
      const faults = checkPortName(name)
      port.faults('name', name, faults)
      if (faults.length === 0 && names.has(name)) port.duplicate('name', name)
      names.add(name)
    }
    const number = port.number('containerPort') ?? 0
    if (number === 0) port.required('containerPort')
    else port.faults('containerPort', number, checkPortNumber(number))
    const host = port.number('hostPort') ?? 0
    if (host !== 0) port.faults('hostPort', host, checkPortNumber(host))
    port.oneOf('protocol', PROTOCOLS, true)
  }
}

function checkMounts(container: Field, volumes: Volumes): void {
  const devices = container.objects('volumeDevices')
  const paths = new Set<string>()
  for (const mount of container.objects('volumeMounts')) {
    const name = mount.text('name')
    const path = mount.text('mountPath')
    if (name === '') mount.required('name')
    if (!volumes.has(name)) mount.notFound('name', name)
    if (path === '') mount.required('mountPath')
    if (paths.has(path)) mount.invalid('mountPath', path, 'must be unique')
    paths.add(path)
    if (devices.some((device) => device.text('name') === name)) {
      mount.invalid('name', name, 'must not already exist in volumeDevices')
    }
    if (devices.some((device) => device.text('devicePath') === path)) {
      mount.invalid('mountPath', path, 'must not already exist as a path in volumeDevices')
    }
    const subPath = mount.text('subPath')
    const expression = mount.text('subPathExpr')
    // These errors name the list, not the mount, as upstream's do.
    if (subPath !== '') checkDescendingPath(container, 'volumeMounts.subPath', subPath)
    if (expression !== '') {
      if (subPath !== '') {
        mount.invalid('subPathExpr', expression, 'subPathExpr and subPath are mutually exclusive')
      }
      checkDescendingPath(container, 'volumeMounts.subPathExpr', expression)
    }
    checkPropagation(container, mount)
  }
}

function checkPropagation(container: Field, mount: Field): void {
  const propagation = mount.text('mountPropagation')
  if (mount.given('mountPropagation')) {
    const allowed = ['Bidirectional', 'HostToContainer', 'None']
    if (!allowed.includes(propagation)) container.unsupported('volumeMounts.mountPropagation', propagation, allowed)
    if (propagation === 'Bidirectional' && container.object('securityContext')?.flag('privileged') !== true) {
      const why = 'Bidirectional mount propagation is available only to privileged containers'
      container.forbidden('volumeMounts.mountPropagation', why)
    }
  }
  if (!mount.given('recursiveReadOnly')) return
  const at = 'volumeMounts.recursiveReadOnly'
  const recursive = mount.text('recursiveReadOnly')
  if (recursive === 'Enabled' || recursive === 'IfPossible') {
    if (!mount.flag('readOnly')) container.forbidden(at, 'may only be specified when readOnly is true')
    if (propagation !== '' && propagation !== 'None') {
      container.forbidden(at, 'may only be specified when mountPropagation is None or not specified')
    }
  } else if (recursive !== 'Disabled') container.unsupported(at, recursive, ['Disabled', 'Enabled', 'IfPossible'])
}

function checkDevices(container: Field, volumes: Volumes): void {
  const mounts = container.objects('volumeMounts')
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const device of container.objects('volumeDevices')) {
    const name = device.text('name')
    const path = device.text('devicePath')
    const volume = volumes.get(name)
    if (name === '') device.required('name')
    if (names.has(name)) device.invalid('name', name, 'must be unique')
    if (volume === undefined) device.notFound('name', name)
    else if (!volume.claim) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      device.invalid('name', name, why)
    }
    if (path === '') device.required('devicePath')
    if (paths.has(path)) device.invalid('devicePath', path, 'must be unique')
    if (path.split('/').includes('..')) device.invalid('devicePath', path, "can not contain backsteps ('..')")
    else paths.add(path)
    if (mounts.some((mount) => mount.text('name') === name)) {
      device.invalid('name', name, 'must not already exist in volumeMounts')
    }
    if (mounts.some((mount) => mount.text('mountPath') === path)) {
      device.invalid('devicePath', path, 'must not already exist as a path in volumeMounts')
    }
    if (name !== '') names.add(name)
  }
}

function checkResizePolicy(container: Field, restartPolicy: string): void {
  const seen = new Set<string>()
  for (const policy of container.objects('resizePolicy')) {
    const name = policy.text('resourceName')
    const restart = policy.text('restartPolicy')
    if (seen.has(name)) policy.duplicate('', name)
    seen.add(name)
    for (const [value, allowed] of [
      [name, ['cpu', 'memory']],
      [restart, ['NotRequired', 'RestartContainer']],
    ] as const) {
      if (value === '') container.required('resizePolicy')
      else if (!allowed.some((item) => item === value)) container.unsupported('resizePolicy', value, allowed)
    }
    if (restartPolicy === 'Never' && restart !== 'NotRequired') {
      container.invalid('resizePolicy', restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")
    }
  }
}

function checkContainer(container: Field, context: PodContext): void {
  const name = container.text('name')
  if (name === '') container.required('name')
  else container.faults('name', name, checkDnsLabel(name))
  if (container.text('image') === '') container.required('image')
  container.oneOf('terminationMessagePolicy', ['File', 'FallbackToLogsOnError'], true)
  checkPorts(container)
  checkEnvironment(container)
  checkMounts(container, context.volumes)
  checkDevices(container, context.volumes)
  container.oneOf('imagePullPolicy', ['Always', 'IfNotPresent', 'Never'], true)
  checkResources(container.struct('resources'), 'container')
  checkResizePolicy(container, context.restartPolicy)
  checkContainerSecurity(container, context.hostUsers)
}

function checkRestart(container: Field): void {
  const rules = container.objects('restartPolicyRules')
  if (!container.given('restartPolicy')) {
    if (rules.length > 0) {
      container.required('restartPolicy', 'must specify restartPolicy when restart rules are used')
    }
  } else container.oneOf('restartPolicy', ['Always', 'Never', 'OnFailure'])
  if (rules.length > 20) container.tooMany('restartPolicyRules', rules.length, 20)
  for (const rule of rules) {
    rule.oneOf('action', ['Restart', 'RestartAllContainers'])
    const codes = rule.object('exitCodes')
    if (codes === undefined) rule.required('exitCodes', 'must be specified')
    else {
      codes.oneOf('operator', ['In', 'NotIn'])
      if (codes.count('values') > 255) codes.tooMany('values', codes.count('values'), 255)
    }
  }
}

function checkHostPorts(parent: Field, key: string, containers: readonly Field[], at?: number): void {
  const seen = new Set<string>()
  for (const [i, container] of containers.entries()) {
    for (const [j, port] of container.objects('ports').entries()) {
      const host = port.number('hostPort') ?? 0
      if (host === 0) continue
      const id = `${port.text('protocol')}/${port.text('hostIP')}/${host}`
      if (seen.has(id)) parent.duplicate(`${key}[${at ?? i}].ports[${j}].hostPort`, id)
      seen.add(id)
    }
  }
}

function checkContainers(spec: Field, context: PodContext): void {
  const containers = spec.objects('containers')
  if (containers.length === 0) {
    spec.required('containers')
    return
  }
  const names = new Set<string>()
  for (const container of containers) {
    checkContainer(container, context)
    const name = container.text('name')
    if (names.has(name)) container.duplicate('name', name)
    names.add(name)
    checkLifecycle(container, context.grace, context.os)
    checkRestart(container)
  }
  checkHostPorts(spec, 'containers', containers)
}

function checkInitContainers(spec: Field, context: PodContext): void {
  const names = new Set(spec.objects('containers').map((container) => container.text('name')))
  for (const container of spec.objects('initContainers')) {
    checkContainer(container, context)
    checkRestart(container)
    const name = container.text('name')
    if (names.has(name)) container.duplicate('name', name)
    else if (name !== '') names.add(name)
    // Upstream counts these from the first init container, whichever it is.
    checkHostPorts(spec, 'initContainers', [container], 0)
    if (container.text('restartPolicy') === 'Always') checkLifecycle(container, context.grace, context.os)
    else {
      forbidLifecycle(container)
      for (const policy of container.objects('resizePolicy')) {
        if (policy.text('restartPolicy') === 'RestartContainer') {
          const why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
          policy.invalid('restartPolicy', 'RestartContainer', why)
        }
      }
    }
  }
}

function checkHostNetwork(spec: Field, ofPod: boolean): void {
  if (!spec.flag('hostNetwork')) return
  for (const container of spec.objects('containers')) {
    for (const port of container.objects('ports')) {
      const host = port.number('hostPort') ?? 0
      if ((ofPod || host !== 0) && host !== port.number('containerPort')) {
        port.invalid('hostPort', host, 'must match `containerPort` when `hostNetwork` is true')
      }
    }
  }
}

function checkHostUsers(spec: Field): void {
  if (spec.value['hostUsers'] !== false) return
  if (spec.flag('hostNetwork')) spec.forbidden('hostNetwork', 'when `hostUsers` is false')
  if (spec.flag('hostPID')) spec.forbidden('HostPID', 'when `hostUsers` is false')
  if (spec.flag('hostIPC')) spec.forbidden('HostIPC', 'when `hostUsers` is false')
}

function checkNames(spec: Field): void {
  const override = spec.text('hostnameOverride')
  if (spec.given('hostnameOverride')) {
    if (spec.flag('setHostnameAsFQDN')) {
      spec.forbidden('hostnameOverride', 'may not be specified when setHostnameAsFQDN is true')
    }
    if (spec.flag('hostNetwork')) spec.forbidden('hostnameOverride', 'may not be specified when hostNetwork is true')
    if (override.length > 64) spec.tooLong('hostnameOverride', 64)
    spec.faults('hostnameOverride', override, checkDnsSubdomain(override))
  }
  for (const key of ['serviceAccountName', 'nodeName']) {
    if (spec.text(key) !== '') spec.faults(key, spec.text(key), checkDnsSubdomain(spec.text(key)))
  }
  const deadline = spec.number('activeDeadlineSeconds')
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    spec.invalid('activeDeadlineSeconds', deadline, 'must be between 1 and 2147483647, inclusive')
  }
  for (const key of ['hostname', 'subdomain']) {
    if (spec.text(key) !== '') spec.faults(key, spec.text(key), checkDnsLabel(spec.text(key)))
  }
}

/**
 * The checks of a PodSpec (kubernetes pkg/apis/core/validation `ValidatePodSpec`), in upstream's order. `ofPod`: the spec
 * of a Pod itself, not of a template.
 */
export function checkPodSpec(spec: Field, ofPod: boolean): void {
  if (!spec.given('terminationGracePeriodSeconds')) spec.required('terminationGracePeriodSeconds')
  const context: PodContext = {
    volumes: checkVolumes(spec),
    grace: spec.number('terminationGracePeriodSeconds'),
    os: spec.object('os')?.text('name'),
    restartPolicy: spec.text('restartPolicy'),
    hostUsers: spec.value['hostUsers'] !== false,
  }
  checkContainers(spec, context)
  checkInitContainers(spec, context)
  const resources = spec.object('resources')
  if (resources !== undefined) {
    if (resources.given('claims')) resources.forbidden('claims', 'claims may not be set for Resources at pod-level')
    checkResources(resources, 'pod')
  }
  checkHostNetwork(spec, ofPod)
  spec.oneOf('restartPolicy', ['Always', 'OnFailure', 'Never'], true)
  spec.oneOf('dnsPolicy', ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], true)
  checkLabels(spec, 'nodeSelector')
  checkPodSecurity(spec)
  checkAffinity(spec)
  checkDns(spec)
  checkGates(spec)
  checkSpread(spec)
  checkHostUsers(spec)
  checkNames(spec)
  checkTolerations(spec, 'tolerations')
  checkHostAliases(spec)
  for (const key of ['priorityClassName', 'runtimeClassName']) {
    const name = spec.text(key)
    if (name !== '' || (key === 'runtimeClassName' && spec.given(key))) spec.faults(key, name, checkDnsSubdomain(name))
  }
  if (spec.given('preemptionPolicy')) spec.oneOf('preemptionPolicy', ['PreemptLowerPriority', 'Never'], true)
  const os = spec.object('os')
  if (os !== undefined) os.oneOf('name', ['linux', 'windows'], true)
  checkFileKeyVolumes(spec)
}

function checkFileKeyVolumes(spec: Field): void {
  const volumes = new Map(spec.objects('volumes').map((volume) => [volume.text('name'), volume]))
  for (const key of ['initContainers', 'containers']) {
    for (const container of spec.objects(key)) {
      for (const variable of container.objects('env')) {
        const reference = variable.object('valueFrom')?.object('fileKeyRef')
        if (reference === undefined) continue
        const name = reference.text('volumeName')
        const volume = volumes.get(name)
        if (volume === undefined) reference.notFound('volumeName', name)
        else if (!volume.given('emptyDir')) {
          reference.invalid('volumeName', name, 'referenced volume must be of type emptyDir')
        }
      }
    }
  }
}

/** What holds for a Pod and not for a template: images without blanks around them, tokens with their account. */
export function checkPodOnly(spec: Field): void {
  if (spec.text('serviceAccountName') === '') {
    for (const volume of spec.objects('volumes')) {
      for (const source of volume.object('projected')?.objects('sources') ?? []) {
        if (source.given('serviceAccountToken')) {
          source.forbidden('serviceAccountToken', 'must not be specified when serviceAccountName is not set')
        }
      }
    }
  }
  for (const key of ['containers', 'initContainers']) {
    for (const container of spec.objects(key)) {
      const image = container.text('image')
      if (image.trim() !== image) container.invalid('image', image, 'must not have leading or trailing whitespace')
    }
  }
}
