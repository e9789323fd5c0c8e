import type { JsonObject } from '../../base/index.ts'
import type { ValuesOperations } from '../../flux/index.ts'
import { type Chart, HelmError, mergeMaps, readValues, readValuesDocument, setValue } from '../../helm/index.ts'
import { stringifyJson } from '../../kube/index.ts'

/** Helm's values for `composeValues`. */
export const valuesOperations: ValuesOperations<Chart['values']> = {
  read: (text) => readValuesDocument(text, 'common.Values'),
  fromJson: (values: JsonObject) => readValues(stringifyJson(values).replaceAll('\u007f', '\\u007f')),
  merge: mergeMaps,
  set: (values, expression, kind) => {
    try {
      setValue(values, expression, kind, () => '')
    } catch (error) {
      // The controller calls the parser itself, whose messages do not name a flag.
      if (error instanceof HelmError)
        throw new HelmError(error.message.replace(/^failed parsing --set(-string)? data: /, ''))
      throw error
    }
  },
}
