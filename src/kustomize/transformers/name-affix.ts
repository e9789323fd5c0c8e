import type { YamlNode } from '../../yaml/index.ts'
import { type FieldSpec, visitFieldSpec } from '../field-spec.ts'
import { isSelected } from '../resid.ts'
import type { Resource } from '../resource.ts'
import { stringTag } from '../rnode.ts'
import { entrySetter, type Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

/** What a prefix and a suffix differ in. */
export interface Affix {
  note(resource: Resource): void
  readonly isEmpty: boolean
  apply(text: string): string
}

/** Changes names, and notes the old ones so that references can be found. Kinds named by others stay as they are. */
export function affixTransformer(affix: Affix, specs: readonly FieldSpec[], step: OriginStep): Transformer {
  return {
    transform(map) {
      for (const resource of map.resources) {
        const id = resource.originalId()
        if (isNamedByOthers(id.kind, id.group)) continue
        for (const spec of specs) {
          if (!isSelected(id, spec)) continue
          if (spec.path === 'metadata/name') {
            affix.note(resource)
            if (!affix.isEmpty) resource.storePreviousId()
          }
          visitFieldSpec(resource.root, spec, {
            set: (node) => write(resource, node, affix, step),
            createKind: 'scalar',
            createTag: stringTag,
          })
        }
        resource.addStep(step)
      }
      map.changed()
    },
  }
}

function write(resource: Resource, node: YamlNode, affix: Affix, step: OriginStep): void {
  entrySetter('', affix.apply(node.value), '')(node)
  resource.mark(node, step)
}

function isNamedByOthers(kind: string, group: string): boolean {
  if (kind === 'CustomResourceDefinition' || kind === 'Namespace') return true
  return kind === 'APIService' && group === 'apiregistration.k8s.io'
}
