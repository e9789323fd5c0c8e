import type { Fix } from '../../base/index.ts'
import { type LocatedObject, rangeAt } from '../../fleet/index.ts'
import { type Migration, migrationOf, migrations } from '../../flux/index.ts'
import { type KubeObject, parseApiVersion } from '../../kube/index.ts'
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
      const migration = migrationOf(located.object as KubeObject) ?? leftoversOf(located.object as KubeObject)
      if (migration !== undefined) reportMigration(context, located, migration)
    }
  },
}

/** Fields of old versions that stand in an object of the served version, where nothing reads them any more. */
export function leftoversOf(object: KubeObject): Migration | undefined {
  const { group } = parseApiVersion(object.apiVersion)
  const table = migrations.find((one) => one.group === group && one.kinds.includes(object.kind))
  const oldest = Object.keys(table?.removedIn ?? {})[0]
  if (oldest === undefined) return undefined
  const old = migrationOf({ ...object, apiVersion: `${group}/${oldest}` })
  const fields = old?.fields.filter(({ rule }) => rule.action !== 'deprecated') ?? []
  if (old === undefined || old.to !== object.apiVersion || fields.length === 0) return undefined
  return { from: object.apiVersion, to: old.to, removedIn: undefined, fields }
}

function reportMigration(context: FileContext, located: LocatedObject, migration: Migration): void {
  const { file, role } = context
  const edits = migrationEdits(file.text, located, migration)
  const fixes: Fix[] =
    edits === undefined || edits.length === 0
      ? []
      : [
          {
            title: migration.from === migration.to ? 'Mend fields that no longer exist' : `Migrate to ${migration.to}`,
            edits: edits.map((edit) => ({ path: file.path, ...edit })),
          },
        ]
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
        ? `${path.join('.')} is deprecated; ${rule.instead.startsWith('nothing') ? `remove it${rule.instead.slice('nothing'.length)}` : `use ${rule.instead}`}`
        : `${path.join('.')} does not exist in ${migration.to}: ${rule.action === 'delete' ? `remove it (${rule.instead})` : `use ${rule.instead}`}`,
      range: rangeAt(located.root, path),
      object: located.ref,
      ...(deprecated ? {} : { fixes }),
    })
  }
}
