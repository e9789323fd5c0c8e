import { isObject, type JsonValue } from '../../../src/base/index.ts'
import { type Manifest, type RenderTrace, templateText, type ValuePath } from '../../../src/helm/index.ts'
import { nodeToJson, parseDocuments } from '../../../src/yaml/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'
import { type HelmCase, helmCases, renderCase } from './helm.ts'

/**
 * The charts of the Helm corpus, rendered with their origins kept: the bytes are still Helm's, and every field has a
 * template line. Which line and which values are right is checked by hand in test/unit/helm/origins.
 */
export const suite: ConformanceSuite = {
  name: 'helm-origins',
  corpus: 'conformance/helm',
  *run(corpusDir, filter) {
    for (const each of helmCases(corpusDir, filter)) {
      // Errors are the `helm` suite's.
      if (each.expected !== undefined) yield check(each, corpusDir)
    }
  },
}

function check(each: HelmCase, corpusDir: string): CaseResult {
  const { id } = each
  try {
    const rendered = renderCase(each, corpusDir, true)
    if (templateText(rendered, { includeCrds: each.includeCrds === true }) !== each.expected) {
      return { id, pass: false, detail: 'the text is another one when origins are kept' }
    }
    for (const manifest of [...rendered.manifests, ...rendered.hooks]) {
      const lost = unplaced(manifest, rendered.trace)
      if (lost !== undefined) return { id, pass: false, detail: `${manifest.path}: ${lost} has no template line` }
    }
    return { id, pass: true }
  } catch (error) {
    return { id, pass: false, detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** The first field of a manifest for which no template line is known. */
function unplaced(manifest: Manifest, trace: RenderTrace | undefined): string | undefined {
  const root = parseDocuments(manifest.content, { flavour: 'v2' }).documents[0]?.root
  if (root === undefined) return undefined
  const origins = trace?.document(manifest)
  for (const path of leaves(nodeToJson(root, { text: manifest.content }).value, [])) {
    if (origins?.of(path)?.template.path !== manifest.path) return path.join('.') || 'the document'
  }
  return undefined
}

function* leaves(value: JsonValue, path: ValuePath): Generator<ValuePath> {
  if (Array.isArray(value)) for (const [i, each] of value.entries()) yield* leaves(each, [...path, i])
  else if (isObject(value)) for (const key of Object.keys(value)) yield* leaves(value[key]!, [...path, key])
  else yield path
}
