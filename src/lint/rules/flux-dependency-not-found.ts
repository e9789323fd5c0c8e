import type { Fix, Location } from '../../base/index.ts'
import { type Fleet, lineStartAt } from '../../fleet/index.ts'
import { didYouMean } from '../suggest.ts'
import { hasHiddenObjects, knownReferences, replaceFix, showRef } from '../targets.ts'
import type { FleetRule } from '../types.ts'

/** `dependsOn` that leads nowhere. */
export const dependencyNotFound: FleetRule = {
  scope: 'fleet',
  code: 'flux/dependency-not-found',
  severity: 'error',
  doc: "An entry of `spec.dependsOn` names an object that is in no build of the cluster: the controller reports `DependencyNotReady` for ever. Correct the name or the namespace (default: the object's own), or remove the entry.",
  check(context) {
    const { fleet, report } = context
    for (const { name } of fleet.clusters()) {
      const index = context.targets(name)
      const severity = hasHiddenObjects(fleet, name) ? 'warning' : 'error'
      for (const { to, from, location } of knownReferences(fleet, name, ['dependency'])) {
        if (location === undefined || index.has(to)) continue
        const elsewhere = otherNamespace(fleet.clusterObjects(name).values(), to)
        const suggestion = elsewhere === undefined ? index.closestName(to) : undefined
        const hint =
          elsewhere !== undefined
            ? `: there is one in namespace "${elsewhere}". Set namespace: ${elsewhere}`
            : suggestion !== undefined
              ? didYouMean(suggestion)
              : ': correct its name or namespace, or remove the entry'
        report({
          message: `${showRef(to)} does not exist${hint}`,
          location,
          object: from,
          severity,
          fixes: fixesOf(fleet, location, { suggestion, elsewhere }),
        })
      }
    }
  },
}

function fixesOf(
  fleet: Fleet,
  { path, range }: Location,
  { suggestion, elsewhere }: { suggestion: string | undefined; elsewhere: string | undefined },
): Fix[] {
  if (range === undefined) return []
  if (suggestion !== undefined) return [replaceFix(path, range, suggestion)]
  const text = fleet.file(path)?.text ?? ''
  const before = /^([\s-]*)name:\s*$/.exec(text.slice(lineStartAt(text, range.start), range.start))?.[1]
  if (elsewhere === undefined || before === undefined) return []
  const newText = `\n${' '.repeat(before.length)}namespace: ${elsewhere}`
  return [
    { title: `Add "namespace: ${elsewhere}"`, edits: [{ path, range: { start: range.end, end: range.end }, newText }] },
  ]
}

function otherNamespace(
  objects: Iterable<{ readonly ref: { kind: string; name: string; namespace?: string } }>,
  to: { kind: string; name: string },
): string | undefined {
  for (const { ref } of objects) if (ref.kind === to.kind && ref.name === to.name) return ref.namespace
  return undefined
}
