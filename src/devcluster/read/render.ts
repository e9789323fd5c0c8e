import type { JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { OutputForm } from '../http/content.ts'
import { writeJson } from '../http/json.ts'
import type { Machine } from '../operations/machine.ts'
import { type ResourceType, versionOf } from '../resources/types.ts'
import type { Entry } from '../store/store.ts'
import { SCALE_TABLE } from '../table/more-tables.ts'
import type { TablePrinter } from '../table/printer.ts'
import { printerOf, rowOf, type TableEnvironment } from '../table/table.ts'

/** JSON of an object that will not change any more, written once for all lists and watches. */
function objectText(machine: Machine, object: KubeObject): string {
  let text = machine.texts.get(object)
  if (text === undefined) {
    text = writeJson(object)
    machine.texts.set(object, text)
  }
  return text
}

/** What remains of an object in the PartialObjectMetadata form. */
export function partialMetadata(object: KubeObject, version: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata }
}

function tableEnvironment(machine: Machine, form: OutputForm): TableEnvironment {
  return { now: machine.clock.now(), includeObject: form.includeObject, version: form.version }
}

/** One object in the asked form. */
export function renderObject(machine: Machine, type: ResourceType, object: KubeObject, form: OutputForm): string {
  switch (form.as) {
    case 'Table': {
      const metadata = { resourceVersion: String(object.metadata['resourceVersion'] ?? '') }
      return tableText(machine, printerOf(type), [object], form, metadata)
    }
    case 'PartialObjectMetadata':
      return writeJson(partialMetadata(object, form.version))
    default:
      return objectText(machine, object)
  }
}

/** A Scale in the asked form. */
export function renderScale(machine: Machine, scale: KubeObject, form: OutputForm): string {
  if (form.as !== 'Table') return writeJson(form.as === 'object' ? scale : partialMetadata(scale, form.version))
  return tableText(machine, SCALE_TABLE, [scale], form, { resourceVersion: String(scale.metadata['resourceVersion']) })
}

/** A list in the asked form. */
export function renderList(
  machine: Machine,
  type: ResourceType,
  entries: readonly Entry[],
  metadata: JsonObject,
  form: OutputForm,
): string {
  const objects = entries.map((entry) => machine.fields.convert(entry.object, type))
  switch (form.as) {
    case 'Table':
      return tableText(machine, printerOf(type), objects, form, metadata)
    case 'PartialObjectMetadataList': {
      const items = objects.map((object) => writeJson(partialMetadata(object, form.version)))
      return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${form.version}","metadata":${writeJson(metadata)},"items":[${items.join(',')}]}`
    }
    default: {
      const head = `{"kind":${JSON.stringify(type.listKind)},"apiVersion":${JSON.stringify(versionOf(type))}`
      // Items of built-in kinds come without apiVersion and kind, as Go writes typed lists.
      const prefix = `{"apiVersion":${JSON.stringify(versionOf(type))},"kind":${JSON.stringify(type.kind)},`
      const items = objects.map((object) => {
        const text = objectText(machine, object)
        return type.custom === undefined && text.startsWith(prefix) ? `{${text.slice(prefix.length)}` : text
      })
      // Go's unstructured lists write `continue` always.
      const about = type.custom === undefined ? metadata : { continue: '', ...metadata }
      return `${head},"metadata":${writeJson(about)},"items":[${items.join(',')}]}`
    }
  }
}

function tableText(
  machine: Machine,
  printer: TablePrinter,
  objects: readonly KubeObject[],
  form: OutputForm,
  metadata: JsonObject,
  withColumns = true,
): string {
  const environment = tableEnvironment(machine, form)
  return writeJson({
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.version}`,
    metadata,
    columnDefinitions: withColumns
      ? printer.columns.map(({ name, type: kind, format, description, priority }) => ({
          name,
          type: kind,
          format: format ?? '',
          description: description ?? '',
          priority,
        }))
      : null,
    rows: objects.map((object) => rowOf(printer, object, environment)),
  })
}

/** One line of a watch. `headed`: this table carries the column definitions (only the first of a watch does). */
export function renderEvent(
  machine: Machine,
  type: ResourceType,
  event: { readonly type: string; readonly object: KubeObject },
  form: OutputForm,
  headed: boolean,
): string {
  const { object } = event
  let text: string
  if (form.as === 'Table') {
    text = tableText(
      machine,
      printerOf(type),
      [object],
      form,
      { resourceVersion: String(object.metadata['resourceVersion'] ?? '') },
      headed,
    )
  } else if (form.as === 'object') text = objectText(machine, object)
  else text = writeJson(partialMetadata(object, form.version))
  return `{"type":"${event.type}","object":${text}}\n`
}
