import type { BuildScope } from '../context.ts'
import type { GeneratorArgs } from '../kustomization.ts'
import { getOrCreate, newString, setField } from '../rnode.ts'
import type { Generator } from '../transformer.ts'
import type { OriginStep } from '../types.ts'
import { addValues, base64Lines, baseNode, finish } from './data.ts'
import { loadKeyValues } from './key-values.ts'

/** Makes a Secret (SecretGenerator); its data is base64 in lines of 70. */
export function secretGenerator(scope: BuildScope, args: GeneratorArgs, step: OriginStep): Generator {
  return {
    generate() {
      const node = baseNode('Secret', args, scope)
      setField(node, 'type', newString(args.type || 'Opaque'))
      const loaded = loadKeyValues(scope.loader, args)
      getOrCreate(node, 'data', 'mapping')
      const values = addValues(node, loaded, (bytes) => ({ field: 'data', text: base64Lines(bytes) }))
      const resource = finish(node, args, scope, step)
      for (const [item, { path }] of values) if (path !== undefined) resource.mark(item, { step: step.step, path })
      return [resource]
    },
  }
}
