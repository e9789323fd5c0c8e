import type { Selector } from './kustomization.ts'
import { type LabelTest, parseLabelSelector } from './label-selector.ts'
import { compilePattern, type Pattern } from './regexp.ts'
import { effectiveNamespace, type Gvk, gvkOfNode, type ResId } from './resid.ts'
import type { Resource } from './resource.ts'

/** A selector whose patterns are compiled (api/types/selector.go). Absent parts match everything. */
export interface CompiledSelector {
  matchesGvk(gvk: Gvk): boolean
  matchesName(name: string): boolean
  matchesNamespace(namespace: string): boolean
}

export function compileSelector(selector: Selector): CompiledSelector {
  const group = anchored(selector.group)
  const version = anchored(selector.version)
  const kind = anchored(selector.kind)
  const name = anchored(selector.name)
  const namespace = anchored(selector.namespace)
  return {
    matchesGvk: (gvk) =>
      (kind?.test(gvk.kind) ?? true) && (group?.test(gvk.group) ?? true) && (version?.test(gvk.version) ?? true),
    matchesName: (text) => name?.test(text) ?? true,
    matchesNamespace: (text) => namespace?.test(text) ?? true,
  }
}

/** The resources that a selector selects; it may name what a resource was called at first, or is called now. */
export function selectResources(resources: readonly Resource[], selector: Selector): Resource[] {
  const compiled = compileSelector(selector)
  const labels = labelTests(selector)
  return resources.filter((resource) => {
    const gvk = gvkOfNode(resource.node)
    // The cheap test first: the order of the tests decides nothing but the cost.
    if (!compiled.matchesGvk(gvk)) return false
    const current = resource.id()
    const original = resource.previousIds()[0] ?? current
    return matchesId(compiled, original, current) && labels(resource)
  })
}

/** Tests the annotation and label selectors of a selector. */
export function labelTests(selector: Selector): (resource: Resource) => boolean {
  const labels = testOf(selector.labelSelector)
  const annotations = testOf(selector.annotationSelector)
  return (resource) =>
    (labels === undefined || labels(resource.labels())) &&
    (annotations === undefined || annotations(resource.annotations()))
}

function matchesId(compiled: CompiledSelector, original: ResId, current: ResId): boolean {
  return (
    (compiled.matchesNamespace(effectiveNamespace(original)) ||
      compiled.matchesNamespace(effectiveNamespace(current))) &&
    (compiled.matchesName(original.name) || compiled.matchesName(current.name))
  )
}

function anchored(pattern: string | undefined): Pattern | undefined {
  return pattern === undefined || pattern === '' ? undefined : compilePattern(`^(?:${pattern})$`)
}

function testOf(selector: string | undefined): LabelTest | undefined {
  return selector === undefined || selector === '' ? undefined : parseLabelSelector(selector)
}
