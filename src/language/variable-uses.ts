import type { Location } from '../base/index.ts'
import type { Fleet } from '../fleet/index.ts'

/** Where a variable is used by the Kustomizations that read a file, its declarations first. */
export function variableUses(fleet: Fleet, path: string, name: string): Location[] {
  const out = new Map<string, Location>()
  const add = (location: Location | undefined): void => {
    if (location !== undefined) out.set(`${location.path}:${location.range?.start ?? 0}`, location)
  }
  const ids = fleet.affectedBy(path)
  for (const id of ids) add(fleet.variables(id).get(name)?.declared)
  const pattern = new RegExp(`(?<!\\$)\\$\\{${name}(?![A-Za-z0-9_])[^}\\n]*\\}`, 'g')
  const files = new Set<string>()
  for (const id of ids) {
    for (const input of fleet.build(id)?.inputs ?? []) {
      const relative = fleet.relative(input)
      if (relative !== undefined) files.add(relative)
    }
  }
  for (const file of [...files].sort()) {
    for (const match of fleet.file(file)?.text.matchAll(pattern) ?? []) {
      add({ path: file, range: { start: match.index, end: match.index + match[0].length } })
    }
  }
  return [...out.values()]
}
