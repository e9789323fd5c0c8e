import { fail } from '../errors.ts'
import { type FieldSpec, visitFieldSpec } from '../field-spec.ts'
import type { ReplicaArgs } from '../kustomization.ts'
import { gvkText, isSelected, type ResId } from '../resid.ts'
import { intTag } from '../rnode.ts'
import { entrySetter, type Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

/** Sets the number of replicas of the resources of a name (ReplicaCountTransformer). Fails when there are none. */
export function replicasTransformer(args: ReplicaArgs, specs: readonly FieldSpec[], step: OriginStep): Transformer {
  const name = args.name ?? ''
  return {
    transform(map) {
      const named = map.byAnyMatch((id) => id.name === name)
      let found = false
      for (const spec of specs) {
        const matches = (id: ResId): boolean => id.name === name && isSelected(id, spec)
        for (const resource of named) {
          if (!resource.previousIds().some(matches) && !matches(resource.id())) continue
          found = true
          const set = entrySetter('', String(args.count ?? 0), intTag)
          visitFieldSpec(resource.root, spec, {
            set: (node) => {
              set(node)
              resource.mark(node, step)
            },
            createKind: 'scalar',
            createTag: intTag,
          })
          resource.addStep(step)
        }
      }
      if (!found) {
        const gvks = specs.map(gvkText).join(' ')
        fail(`resource with name ${name} does not match a config with the following GVK [${gvks}]`)
      }
    },
  }
}
