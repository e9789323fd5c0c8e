import type { BuildScope } from '../context.ts'
import type { GeneratorArgs } from '../kustomization.ts'
import type { Generator } from '../transformer.ts'
import type { OriginStep } from '../types.ts'
import { addValues, base64Lines, baseNode, finish, textOf } from './data.ts'
import { loadKeyValues } from './key-values.ts'

/** Makes a ConfigMap (ConfigMapGenerator): text in `data`, other bytes as base64 in `binaryData`. */
export function configMapGenerator(scope: BuildScope, args: GeneratorArgs, step: OriginStep): Generator {
  return {
    generate() {
      const node = baseNode('ConfigMap', args, scope)
      const values = addValues(node, loadKeyValues(scope.loader, args), (bytes) => {
        const text = textOf(bytes)
        return text === undefined ? { field: 'binaryData', text: base64Lines(bytes) } : { field: 'data', text }
      })
      const resource = finish(node, args, scope, step)
      for (const [item, { path }] of values) if (path !== undefined) resource.mark(item, { step: step.step, path })
      return [resource]
    },
  }
}
