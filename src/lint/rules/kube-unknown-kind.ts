import { rangeAt } from '../../fleet/index.ts'
import { fluxKinds } from '../../flux/index.ts'
import { apiVersionOf, parseApiVersion } from '../../kube/index.ts'
import type { SchemaRegistry } from '../../schema/index.ts'
import { closest, didYouMean } from '../suggest.ts'
import { replaceFix } from '../targets.ts'
import type { FileContext, FileRule } from '../types.ts'

/** Built-in kinds that moved to another group, or are gone. */
export const movedKinds: Readonly<Record<string, string>> = {
  'extensions/DaemonSet': 'apps/v1',
  'extensions/Deployment': 'apps/v1',
  'extensions/Ingress': 'networking.k8s.io/v1',
  'extensions/NetworkPolicy': 'networking.k8s.io/v1',
  'extensions/ReplicaSet': 'apps/v1',
}

/** Kinds and versions that nothing defines. */
export const unknownKind: FileRule = {
  scope: 'file',
  code: 'kube/unknown-kind',
  codes: ['kube/removed-api-version'],
  severity: 'info',
  doc: 'No schema is known for the kind: it is not built into Kubernetes 1.36, not one of Flux, and no CustomResourceDefinition in the repository defines it. For kinds of other projects this is a hint only, since charts and operators bring their own definitions. A kind that does not exist in a known group, or a version that is no longer served, is an error.',
  check(context) {
    if (context.role === 'data' || context.role === 'config' || context.file.isKustomizeFile) return
    const groups = new Map<string, Set<string>>()
    for (const info of context.registry.kinds()) {
      const kinds = groups.get(info.group) ?? new Set()
      kinds.add(info.kind)
      groups.set(info.group, kinds)
    }
    const said = new Set<string>()
    for (const located of context.file.objects) {
      const { apiVersion, kind } = located.ref
      const { group, version } = parseApiVersion(apiVersion)
      if (
        located.ref.name === '' ||
        context.registry.info({ group, version, kind }) !== undefined ||
        kind.includes('${') ||
        isLocalKind(group, kind)
      )
        continue
      // The versions of Flux kinds have a rule of their own.
      if (fluxKinds.some((known) => known.group === group && known.kind === kind)) continue
      const versions = context.registry.versionsOf(group, kind)
      const instead =
        versions[0] === undefined ? movedKinds[`${group}/${kind}`] : apiVersionOf({ group, version: versions[0] })
      if (instead !== undefined) reportVersion(context, located.root, { apiVersion, kind, instead })
      else reportKind(context, located.root, { apiVersion, group, kind, kinds: groups.get(group), said })
    }
  },
}

/** What is no object of a cluster: kustomize's own files, configuration of tools. */
function isLocalKind(group: string, kind: string): boolean {
  return (
    group.endsWith('config.k8s.io') ||
    kind.endsWith('List') ||
    /(^|\.)kustomize\.config\.k8s\.io$/.test(group) ||
    group === 'builtin'
  )
}

function reportVersion(
  context: FileContext,
  root: Parameters<typeof rangeAt>[0],
  found: { apiVersion: string; kind: string; instead: string },
): void {
  const range = rangeAt(root, ['apiVersion'])
  context.report({
    code: 'kube/removed-api-version',
    severity: context.role === 'patch' ? 'hint' : 'error',
    message: `${found.kind} ${found.apiVersion} is not served by Kubernetes 1.36. Use ${found.instead}`,
    range,
    fixes: [replaceFix(context.file.path, range, found.instead)],
  })
}

interface UnknownKind {
  readonly apiVersion: string
  readonly group: string
  readonly kind: string
  readonly kinds: ReadonlySet<string> | undefined
  readonly said: Set<string>
}

function reportKind(context: FileContext, root: Parameters<typeof rangeAt>[0], found: UnknownKind): void {
  const range = rangeAt(root, ['kind'])
  const suggestion = found.kinds === undefined ? undefined : closest(found.kind, found.kinds)
  if (found.kinds !== undefined && isClosedGroup(context.registry, found.apiVersion)) {
    context.report({
      severity: 'error',
      message: `there is no kind ${found.kind} in ${found.apiVersion}${didYouMean(suggestion)}`,
      range,
      ...(suggestion === undefined ? {} : { fixes: [replaceFix(context.file.path, range, suggestion)] }),
    })
    return
  }
  const group = found.kinds === undefined ? closestGroup(context.registry, found.group, found.kind) : undefined
  if (group !== undefined) {
    context.report({
      severity: 'error',
      message: `there is no API group ${found.group}${didYouMean(group)}`,
      range: rangeAt(root, ['apiVersion']),
    })
    return
  }
  const key = `${found.apiVersion}/${found.kind}`
  if (found.said.has(key)) return
  found.said.add(key)
  context.report({
    severity: 'hint',
    message: `no CustomResourceDefinition for ${found.kind} (${found.apiVersion}) is in the repository, so its fields are not checked`,
    range,
  })
}

/** The group that has the kind and is nearly spelt the same. */
function closestGroup(registry: SchemaRegistry, group: string, kind: string): string | undefined {
  if (group === '') return undefined
  const groups = registry
    .kinds()
    .filter((info) => info.kind === kind && Math.abs(info.group.length - group.length) <= 2)
  const found = closest(group, new Set(groups.map((info) => info.group)))
  // Names of groups are long: a third of the letters would be too many.
  return found !== undefined && sharedLetters(found, group) >= group.length - 3 ? found : undefined
}

/** How many letters two words share at their beginning and end. */
function sharedLetters(a: string, b: string): number {
  let start = 0
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return start + end
}

/** Groups and versions all of whose kinds are known: built-in ones and Flux's. */
function isClosedGroup(registry: SchemaRegistry, apiVersion: string): boolean {
  const { group, version } = parseApiVersion(apiVersion)
  return registry.kinds().some((info) => info.group === group && info.version === version && info.source !== 'added')
}
