import type { ObjectFinding } from '../fleet/releases/index.ts'
import { apiVersionOf, gvkOf, type KubeObject } from '../kube/index.ts'
import { createObjectChecker, type SchemaRegistry } from '../schema/index.ts'
import { movedKinds } from './rules/kube-unknown-kind.ts'

/** What the API server drops or takes as it is; charts in the wild have many of them. */
const tolerated: ReadonlySet<string> = new Set(['schema/unknown-field', 'schema/duplicate', 'schema/format'])

/**
 * The check of objects that charts render: the same schemas as for Kustomization builds. Unknown fields are warnings,
 * since the author of the chart, not of the fleet, has to mend them. Kinds that nothing here defines are left alone.
 */
export function createReleasedObjectCheck(registry: SchemaRegistry): (object: KubeObject) => readonly ObjectFinding[] {
  const checker = createObjectChecker(registry)
  return (object) => {
    const gvk = gvkOf(object)
    if (registry.info(gvk) === undefined) return unservedVersion(registry, object)
    return checker.check(object, gvk).map(({ code, message, path }) => ({
      code,
      severity: tolerated.has(code) ? 'warning' : 'error',
      message,
      path,
    }))
  }
}

function unservedVersion(registry: SchemaRegistry, { apiVersion, kind }: KubeObject): readonly ObjectFinding[] {
  const { group } = gvkOf({ apiVersion, kind })
  const [version] = registry.versionsOf(group, kind)
  const instead = version === undefined ? movedKinds[`${group}/${kind}`] : apiVersionOf({ group, version })
  if (instead === undefined) return []
  const message = `${kind} ${apiVersion} is not served by Kubernetes 1.36. A version of the chart that uses ${instead} is needed`
  return [{ code: 'kube/removed-api-version', severity: 'error', message, path: ['apiVersion'] }]
}
