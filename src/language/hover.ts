import type { ObjectRef } from '../base/index.ts'
import { isFluxKustomization, type Reference } from '../fleet/index.ts'
import { fluxKindOf } from '../flux/index.ts'
import { parseApiVersion } from '../kube/index.ts'
import { fieldDoc, pathDoc } from '../schema/index.ts'
import { declaredAt, type Place, placeAt, referencesAt, variableAt, variableValues } from './lookup.ts'
import { kustomizationIds, writtenPaths } from './paths.ts'
import { releaseValueHover } from './release-values.ts'
import { fieldSchema, schemaOf, typeText } from './schema-nav.ts'
import type { Hover, LanguageContext } from './types.ts'
import { valuesTextHover } from './values-texts.ts'

/** What is to know about the field, reference, path or variable at an offset. */
export function hover(context: LanguageContext, path: string, offset: number): Hover | undefined {
  const { fleet } = context
  const place = placeAt(fleet, path, offset)
  if (place === undefined) return undefined
  const variable = variableAt(place.file.text, offset)
  if (variable !== undefined) return variableHover(context, path, variable)
  const inValues = valuesTextHover(context, path, offset)
  if (inValues !== undefined) return inValues
  const { node, onKey } = place.position
  const range = { start: node.start, end: node.end }
  const parts: string[] = []
  if (!onKey) {
    const written = writtenPaths(fleet, place.file).find((one) => one.range.start <= offset && offset <= one.range.end)
    if (written !== undefined) parts.push(`\`${written.target}\`${readersText(context, written.target)}`)
    const references = referencesAt(fleet, path, offset, place)
    for (const reference of references) parts.push(referenceText(context, reference))
    const declared = references.length === 0 ? declaredAt(fleet, place) : undefined
    if (declared !== undefined) parts.push(declaredText(context, place, declared.ref))
  }
  const field = releaseValueHover(context, place) ?? fieldText(context, place)
  if (field !== undefined) parts.push(field)
  if (parts.length === 0 || node.kind === 'mapping' || node.kind === 'sequence') return undefined
  return { markdown: parts.join('\n\n---\n\n'), range }
}

/** Name, type and description of the field. */
function fieldText({ registry }: LanguageContext, place: Place): string | undefined {
  const ref = place.object?.ref
  const schema = fieldSchema(schemaOf(registry, place.file, ref ?? {}), place.position.path)
  if (schema === undefined) return undefined
  const steps = place.position.path.filter((step) => typeof step === 'string')
  const name = steps[steps.length - 1]
  if (name === undefined) return undefined
  const lines = [`**${name}** · ${typeText(schema)}`]
  const text = schema.description || ownText(registry, ref ?? {}, place.position.path)
  if (text !== undefined) lines.push(text)
  const notes: string[] = []
  if (schema.default !== undefined) notes.push(`Default: \`${JSON.stringify(schema.default)}\``)
  if (schema.pattern !== undefined) notes.push(`Pattern: \`${schema.pattern}\``)
  if (schema.minimum !== undefined) notes.push(`Minimum: ${schema.minimum}`)
  if (schema.maximum !== undefined) notes.push(`Maximum: ${schema.maximum}`)
  if (notes.length > 0) lines.push(notes.join(' · '))
  return lines.join('\n\n')
}

/** Fluxkit's own text of a field whose definition has none. */
function ownText(
  registry: LanguageContext['registry'],
  ref: { readonly apiVersion?: string; readonly kind?: string },
  path: readonly (string | number)[],
): string | undefined {
  if (ref.apiVersion === undefined || ref.kind === undefined) return undefined
  const gvk = { ...parseApiVersion(ref.apiVersion), kind: ref.kind }
  if (fluxKindOf({ apiVersion: ref.apiVersion, kind: ref.kind }) !== undefined) return fieldDoc(ref.kind, path)
  const typeName = registry.typeName(gvk)
  return typeName === undefined ? undefined : pathDoc(registry.definitions(), typeName, path)
}

function referenceText(context: LanguageContext, { to, cluster }: Reference): string {
  const { fleet, liveStatus } = context
  const where = fleet.declarationOf(to, cluster === '-' ? undefined : cluster)
  const source = fleet.sources().find((one) => one.cluster === cluster && sameObject(one.ref, to))
  const lines = [`**${to.kind}** \`${to.namespace === undefined ? '' : `${to.namespace}/`}${to.name}\``]
  if (where !== undefined) lines.push(`declared in \`${where.path}\``)
  else if (source !== undefined) lines.push('made by the bootstrap')
  else if (to.kind !== 'ExternalArtifact') lines.push('not found in the repository')
  if (source?.url !== undefined) lines.push(`<${source.url}>`)
  if (source?.directory !== undefined) lines.push(`files: \`${source.directory}\` of this workspace`)
  const status = liveStatus?.(to, cluster)
  if (status !== undefined) lines.push(status)
  return lines.join('  \n')
}

function declaredText(context: LanguageContext, place: Place, ref: ObjectRef): string {
  const { fleet, liveStatus } = context
  const effective = place.object === undefined ? [] : fleet.effective(place.object)
  const lines = [`**${ref.kind}** \`${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}\``]
  for (const { cluster, owner } of effective.slice(0, 5)) {
    lines.push(`applied in **${cluster}** by Kustomization \`${owner.split('/').slice(1).join('/')}\``)
  }
  if (effective.length === 0 && fluxKindOf(ref) !== undefined)
    lines.push('no Kustomization of the repository applies this file')
  const uses = fleet.references(ref).length
  if (uses > 0) lines.push(`${uses} ${uses === 1 ? 'reference' : 'references'}`)
  if (place.object !== undefined && isFluxKustomization(ref)) {
    for (const id of kustomizationIds(fleet, place.object)) {
      const build = fleet.build(id)
      if (build !== undefined) lines.push(`builds ${build.objects.length} objects`)
    }
  }
  for (const { cluster } of effective.slice(0, 5)) {
    const status = liveStatus?.(ref, cluster)
    if (status !== undefined) lines.push(status)
  }
  return lines.join('  \n')
}

function readersText({ fleet }: LanguageContext, target: string): string {
  const ids = fleet.affectedBy(target)
  if (ids.length === 0) return ''
  const names = ids.slice(0, 5).map((id) => `\`${id}\``)
  return `  \nread by ${names.join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`
}

function variableHover(
  { fleet }: LanguageContext,
  path: string,
  variable: { name: string; range: { start: number; end: number } },
): Hover {
  const values = variableValues(fleet, path, variable.name)
  const lines = [`**\${${variable.name}}**`]
  for (const { id, info } of values.slice(0, 10)) {
    if (info === undefined) lines.push(`\`${id}\`: not set in the repository`)
    else if (info.secret) lines.push(`\`${id}\`: \`***\` (${info.from})`)
    else lines.push(`\`${id}\`: ${info.value === undefined ? 'unknown' : `\`${info.value}\``} (${info.from})`)
  }
  if (values.length === 0) lines.push('no Kustomization of the repository builds this file')
  return { markdown: lines.join('  \n'), range: variable.range }
}

function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '')
}
