import type { SchemaRegistry } from '../../schema/index.ts'
import type { FieldManaging } from '../operations/field-managing.ts'
import { Converter } from './convert.ts'

/** The field manager over kube's server-side-apply merge. */
export function createFieldManaging(_schemas: SchemaRegistry): FieldManaging {
  const converter = new Converter()
  return {
    convert: (object, to) => converter.convert(object, to),
    update: ({ next }) => next,
    apply: ({ live, applied }) =>
      live === undefined ? applied : { ...live, ...applied, metadata: { ...live.metadata, ...applied.metadata } },
  }
}
