import { checkGroupId, checkUserId } from '../../../kube/index.ts'
import type { Field } from './field.ts'
import { checkDescendingPath } from './pod-paths.ts'

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined']

function checkSeccomp(context: Field): void {
  const profile = context.object('seccompProfile')
  if (profile === undefined) return
  const type = profile.text('type')
  if (type === '') profile.required('type', 'type is required when seccompProfile is set')
  else profile.oneOf('type', PROFILES)
  if (type === 'Localhost') {
    if (!profile.given('localhostProfile')) {
      profile.required('localhostProfile', 'must be set when seccomp type is Localhost')
    } else checkDescendingPath(profile, 'localhostProfile', profile.text('localhostProfile'))
  } else if (profile.given('localhostProfile')) {
    // The whole profile is shown, under the names of Go's struct.
    const shown = { Type: type, LocalhostProfile: profile.text('localhostProfile') }
    profile.invalid('localhostProfile', shown, 'can only be set when seccomp type is Localhost')
  }
}

function checkAppArmor(context: Field): void {
  const profile = context.object('appArmorProfile')
  if (profile === undefined) return
  const type = profile.text('type')
  const own = profile.text('localhostProfile')
  if (type === 'Localhost') {
    const missing = (): void => profile.required('localhostProfile', 'must be set when AppArmor type is Localhost')
    if (!profile.given('localhostProfile')) {
      missing()
      return
    }
    if (own.trim() !== own) profile.invalid('localhostProfile', own, 'must not be padded with whitespace')
    else if (own === '') missing()
    if (own.length > 4095) profile.tooLong('localhostProfile', 4095)
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (profile.given('localhostProfile')) {
      profile.invalid('localhostProfile', own, 'can only be set when AppArmor type is Localhost')
    }
  } else if (type === '') profile.required('type', 'type is required when appArmorProfile is set')
  else profile.oneOf('type', PROFILES)
}

function checkIds(context: Field, keys: readonly string[]): void {
  for (const key of keys) {
    const id = context.number(key)
    if (id !== undefined) context.faults(key, id, key === 'runAsUser' ? checkUserId(id) : checkGroupId(id))
  }
}

/** `securityContext` of a container. */
export function checkContainerSecurity(container: Field, hostUsers: boolean): void {
  const context = container.object('securityContext')
  if (context === undefined) return
  checkIds(context, ['runAsUser', 'runAsGroup'])
  if (context.given('procMount')) {
    context.oneOf('procMount', ['Default', 'Unmasked'])
    if (hostUsers && context.text('procMount') === 'Unmasked') {
      context.invalid('procMount', 'Unmasked', '`hostUsers` must be false to use `Unmasked`')
    }
  }
  checkSeccomp(context)
  if (context.value['allowPrivilegeEscalation'] === false) {
    const shown = context.value
    if (context.flag('privileged')) {
      context.invalid('', shown, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    }
    if (context.object('capabilities')?.texts('add').includes('CAP_SYS_ADMIN')) {
      context.invalid('', shown, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
    }
  }
  checkAppArmor(context)
}

const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'

/** A kernel parameter's name: segments of letters and digits between dots or slashes. */
function isSysctl(name: string): boolean {
  return name.length <= 253 && name.split(/[./]/).every((part) => /^[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(part))
}

function checkSysctls(context: Field, spec: Field): void {
  const names = new Set<string>()
  for (const sysctl of context.objects('sysctls')) {
    const name = sysctl.text('name')
    if (name === '') sysctl.required('name')
    else if (!isSysctl(name)) {
      sysctl.invalid('name', name, `must have at most 253 characters and match regex ${SYSCTL}`)
    } else if (names.has(name)) sysctl.duplicate('name', name)
    const dotted = name.replaceAll('/', '.')
    if (spec.flag('hostNetwork') && dotted.startsWith('net.')) {
      sysctl.invalid('name', name, "may not be specified when 'hostNetwork' is true")
    } else if (spec.flag('hostIPC') && /^(fs\.mqueue\.|kernel\.(shm|msg|sem))/.test(dotted)) {
      sysctl.invalid('name', name, "may not be specified when 'hostIPC' is true")
    }
    names.add(name)
  }
}

/** `securityContext` of the Pod, with the host's namespaces that Go keeps in it. */
export function checkPodSecurity(spec: Field): void {
  const context = spec.struct('securityContext')
  checkIds(context, ['fsGroup', 'runAsUser', 'runAsGroup'])
  const groups = context.value['supplementalGroups']
  for (const [i, group] of (Array.isArray(groups) ? groups : []).entries()) {
    context.faults(`supplementalGroups[${i}]`, Number(group), checkGroupId(Number(group)))
  }
  if (spec.flag('shareProcessNamespace') && spec.flag('hostPID')) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled'
    context.invalid('shareProcessNamespace', true, why)
  }
  checkSysctls(context, spec)
  if (context.given('fsGroupChangePolicy')) context.oneOf('fsGroupChangePolicy', ['Always', 'OnRootMismatch'])
  checkSeccomp(context)
  checkAppArmor(context)
  if (context.given('supplementalGroupsPolicy')) context.oneOf('supplementalGroupsPolicy', ['Merge', 'Strict'])
  if (context.given('seLinuxChangePolicy')) context.oneOf('seLinuxChangePolicy', ['MountOption', 'Recursive'])
}
