import type { Fix } from '../../base/index.ts'
import { type LocatedObject, rangeAt } from '../../fleet/index.ts'
import { type Migration, migrationOf } from '../../flux/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { migrationEdits } from '../migrate.ts'
import type { FileContext, FileRule } from '../types.ts'

/** API versions of Flux that Flux 2.9 no longer serves, and fields that went with them. */
export const removedApiVersion: FileRule = {
  scope: 'file',
  code: 'flux/removed-api-version',
  codes: ['flux/deprecated-field'],
  severity: 'error',
  doc: 'Flux 2.9 serves one version of each kind; objects in an older one are refused by the API server. The fix writes the served version and converts the fields that changed (`flux/deprecated-field` names fields that are still accepted). In a patch the version of the target decides, so that an old one does no harm there and is a hint only.',
  check(context) {
    for (const located of context.file.objects) {
      const migration = migrationOf(located.object as KubeObject)
      if (migration !== undefined) reportMigration(context, located, migration)
    }
  },
}

function reportMigration(context: FileContext, located: LocatedObject, migration: Migration): void {
  const { file, role } = context
  const edits = migrationEdits(file.text, located, migration)
  const fixes: Fix[] =
    edits === undefined || edits.length === 0
      ? []
      : [{ title: `Migrate to ${migration.to}`, edits: edits.map((edit) => ({ path: file.path, ...edit })) }]
  const isPatch = role === 'patch'
  if (migration.from !== migration.to) {
    const since =
      migration.removedIn === undefined ? 'Flux never served it' : `Flux ${migration.removedIn} no longer serves it`
    context.report({
      message: `${located.ref.kind} ${migration.from}: ${since}. Use ${migration.to}`,
      range: rangeAt(located.root, ['apiVersion']),
      object: located.ref,
      severity: isPatch ? 'hint' : 'error',
      fixes,
    })
  }
  for (const { path, rule } of migration.fields) {
    const deprecated = rule.action === 'deprecated'
    context.report({
      code: deprecated ? 'flux/deprecated-field' : 'flux/removed-api-version',
      severity: deprecated ? 'hint' : isPatch ? 'hint' : 'error',
      message: deprecated
        ? `${path.join('.')} is deprecated; use ${rule.instead}`
        : `${path.join('.')} does not exist in ${migration.to}: ${rule.action === 'delete' ? `remove it (${rule.instead})` : `use ${rule.instead}`}`,
      range: rangeAt(located.root, path),
      object: located.ref,
      ...(deprecated ? {} : { fixes }),
    })
  }
}
