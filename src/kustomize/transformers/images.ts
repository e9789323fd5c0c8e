import type { YamlNode } from '../../yaml/index.ts'
import { type FieldSpec, FieldSpecIndex, visitFieldSpecs } from '../field-spec.ts'
import type { ImageArgs } from '../kustomization.ts'
import { compilePattern, type Pattern } from '../regexp.ts'
import type { Resource } from '../resource.ts'
import { getField, requireKind } from '../rnode.ts'
import { entrySetter, type Transformer } from '../transformer.ts'
import type { OriginStep } from '../types.ts'

/**
 * Changes image references (ImageTagTransformer): in `containers` and `initContainers` wherever they are, and where
 * field specs say so.
 */
export function imagesTransformer(image: ImageArgs, specs: readonly FieldSpec[], step: OriginStep): Transformer {
  const index = new FieldSpecIndex(specs)
  let pattern: Pattern | undefined
  const matches = (text: string): boolean => {
    pattern ??= imagePattern(image.name ?? '')
    return pattern.test(text)
  }
  return {
    transform(map) {
      for (const resource of map.resources) {
        if (resource.kind === 'CustomResourceDefinition') continue
        const set = (node: YamlNode): void => writeImage(resource, node, { image, matches, step })
        visitContainers(resource.root, set)
      }
      for (const resource of map.resources) {
        if (resource.kind === 'CustomResourceDefinition') continue
        visitFieldSpecs(resource.root, index, { set: (node) => writeImage(resource, node, { image, matches, step }) })
      }
      map.dropEmpties()
    },
  }
}

/** The name, tag and digest of an image reference (api/internal/image). */
export function splitImage(reference: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(0, reference.indexOf('/'))
  const at = reference.indexOf('@', slash)
  const colon = reference.indexOf(':', slash)
  if (at < 0 && colon < 0) return { name: reference, tag: '', digest: '' }
  if (at >= 0 && (at < colon || colon < 0)) {
    return { name: reference.slice(0, at), tag: '', digest: reference.slice(at + 1) }
  }
  if (at < 0) return { name: reference.slice(0, colon), tag: reference.slice(colon + 1), digest: '' }
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1, at), digest: reference.slice(at + 1) }
}

/** The reference after an `images` entry that matches it was applied. */
export function changeImage(reference: string, image: ImageArgs): string {
  let { name, tag, digest } = splitImage(reference)
  if (image.newName) name = image.newName
  if (image.newTag && image.digest) {
    tag = image.newTag
    digest = image.digest
  } else if (image.newTag) {
    tag = image.newTag
    digest = ''
  } else if (image.digest) {
    tag = ''
    digest = image.digest
  } else if (image.tagSuffix) {
    tag += image.tagSuffix
    digest = ''
  }
  return `${name}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`
}

/** The name of an `images` entry is a pattern, dots included. */
function imagePattern(name: string): Pattern {
  const literal = /^[\w\-/]*$/.test(name)
  if (literal) {
    const rest = /^(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$/
    return { test: (text) => text.startsWith(name) && rest.test(text.slice(name.length)) }
  }
  return compilePattern(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`)
}

interface ImageChange {
  readonly image: ImageArgs
  readonly matches: (text: string) => boolean
  readonly step: OriginStep
}

function writeImage(resource: Resource, node: YamlNode, change: ImageChange): void {
  requireKind(node, 'scalar')
  if (!change.matches(node.value)) return
  entrySetter('', changeImage(node.value, change.image), '')(node)
  resource.mark(node, change.step)
  resource.addStep(change.step)
}

function visitContainers(node: YamlNode, set: (node: YamlNode) => void): void {
  if (node.kind === 'sequence') {
    for (const item of node.content) visitContainers(item, set)
    return
  }
  if (node.kind !== 'mapping') return
  const { content } = node
  for (let i = 0; i + 1 < content.length; i += 2) {
    const name = content[i]!.value
    const value = content[i + 1]!
    if (value.kind !== 'scalar') visitContainers(value, set)
    if ((name !== 'containers' && name !== 'initContainers') || value.kind !== 'sequence') continue
    for (const container of value.content) {
      const image = getField(container, 'image')
      if (image !== undefined) set(image)
    }
  }
}
