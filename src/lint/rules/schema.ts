import { type Fix, getIn, type TextRange } from '../../base/index.ts'
import { keyRangeAt, type LocatedObject, nodeAt, rangeAt } from '../../fleet/index.ts'
import { migrationOf } from '../../flux/index.ts'
import { gvkOf, type KubeObject } from '../../kube/index.ts'
import type { SchemaFinding } from '../../schema/index.ts'
import { replaceFix } from '../targets.ts'
import type { FileContext, FileRule, FleetRule } from '../types.ts'
import { leftoversOf } from './flux-removed-api-version.ts'

const codes = [
  'schema/unknown-field',
  'schema/required',
  'schema/type',
  'schema/enum',
  'schema/pattern',
  'schema/format',
  'schema/range',
  'schema/length',
  'schema/duplicate',
  'schema/alternatives',
  'schema/metadata',
  'schema/cel',
] as const

/** Kinds that flux-operator adds to the enums of Alert and Receiver when it installs Flux. */
const operatorKinds: ReadonlySet<unknown> = new Set([
  'FluxInstance',
  'FluxReport',
  'ResourceSet',
  'ResourceSetInputProvider',
])

/**
 * What is written in a file, against the schema of its kind: names and types of fields. Missing fields are looked for in
 * the effective object (`schemaEffective`), since parents and patches may bring them.
 */
export const schemaWritten: FileRule = {
  scope: 'file',
  code: 'schema/type',
  codes,
  severity: 'error',
  doc: 'A field has a value that the kind does not allow, or the kind has no such field: the API server would refuse the object, or drop the field. Values with variables are left alone, and so is what SOPS encrypted.',
  check(context) {
    if (context.role === 'data' || context.role === 'config') return
    for (const located of context.file.objects) {
      const object = located.object as KubeObject
      const migration = migrationOf(object) ?? leftoversOf(object)
      const removed = new Set(migration?.fields.map(({ path }) => path.join('.')) ?? [])
      for (const finding of context.checker.check(object, gvkOf(located.ref), { partial: true })) {
        if (finding.code === 'schema/enum' && operatorKinds.has(getIn(object, finding.path))) continue
        // A removed field has a rule and a fix of its own.
        if (!removed.has(finding.path.join('.'))) reportWritten(context, located, finding)
      }
    }
  },
}

function reportWritten(context: FileContext, located: LocatedObject, finding: SchemaFinding): void {
  const range = findingRange(located, finding)
  context.report({
    code: finding.code,
    message: messageOf(located, finding),
    range,
    object: located.ref,
    ...fixesOf(context.file.path, context.file.text, { located, finding, range }),
  })
}

/** Patterns say little to people; the one of durations is everywhere. */
function messageOf(located: LocatedObject, finding: SchemaFinding): string {
  if (finding.code !== 'schema/pattern' || !/\(ms\|s\|m\|h\)/.test(finding.message)) return finding.message
  return `${finding.path.join('.')}: ${JSON.stringify(getIn(located.object, finding.path))} is no duration; write one such as 10m or 1h30m`
}

/** The key for unknown fields, else the value. */
function findingRange(located: LocatedObject, finding: SchemaFinding): TextRange {
  return (
    (finding.at === 'key' ? keyRangeAt(located.root, finding.path) : undefined) ?? rangeAt(located.root, finding.path)
  )
}

function fixesOf(
  path: string,
  text: string,
  { located, finding, range }: { located: LocatedObject; finding: SchemaFinding; range: TextRange },
): { readonly fixes?: readonly Fix[] } {
  const suggestions = finding.suggestions ?? []
  const node = nodeAt(located.root, finding.path)
  if (suggestions.length > 0) {
    return { fixes: suggestions.map((suggestion) => replaceFix(path, range, suggestion)) }
  }
  // A number or boolean where text is wanted only lacks its quotes.
  if (
    finding.code === 'schema/type' &&
    node?.kind === 'scalar' &&
    node.style === '' &&
    /string/.test(finding.message)
  ) {
    const quoted = JSON.stringify(text.slice(range.start, range.end))
    return { fixes: [{ title: `Put it in quotes: ${quoted}`, edits: [{ path, range, newText: quoted }] }] }
  }
  // The other way round, too many.
  if (
    finding.code === 'schema/type' &&
    node?.kind === 'scalar' &&
    /type (boolean|integer|number)/.test(finding.message)
  ) {
    if (node.style !== 'single' && node.style !== 'double') return {}
    if (!/^(true|false|-?\d+(\.\d+)?)$/.test(node.value)) return {}
    return { fixes: [{ title: `Remove the quotes: ${node.value}`, edits: [{ path, range, newText: node.value }] }] }
  }
  return {}
}

/** What effective objects lack, reported where they are declared. */
export const schemaEffective: FleetRule = {
  scope: 'fleet',
  code: 'schema/required',
  codes,
  severity: 'error',
  doc: 'A field that the kind requires is missing from the object as it ends up in the cluster, after the builds and patches of all parents; or a rule of its definition (CEL) is broken.',
  check({ fleet, checkWhole, report }) {
    for (const { name } of fleet.clusters()) {
      for (const { owners } of fleet.clusterObjects(name).values()) {
        for (const { rendered, ref } of owners) {
          for (const { code, message, path } of checkWhole(rendered.object)) {
            const location = effectiveCodes.has(code) ? fleet.fieldLocation(rendered, path) : undefined
            if (location !== undefined) report({ code, message, location, object: ref })
          }
        }
      }
    }
    for (const located of fleet.objects()) {
      // What a kustomization file names is a part of something; alone it need not be complete.
      if (fleet.fileRole(located.path) !== undefined || fleet.effective(located).length > 0) continue
      if (located.ref.name === '') continue
      for (const { code, message, path } of checkWhole(located.object)) {
        if (!effectiveCodes.has(code)) continue
        report({
          code,
          message,
          location: { path: located.path, range: rangeAt(located.root, path) },
          object: located.ref,
        })
      }
    }
  },
}

/** Faults that only the whole object can have. */
const effectiveCodes: ReadonlySet<string> = new Set(['schema/required', 'schema/alternatives', 'schema/cel'])
