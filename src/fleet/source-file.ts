import { basename, getString, isObject, LineMap, type ObjectRef, type Problem } from '../base/index.ts'
import { nodeToJson, parseDocuments, type YamlNode } from '../yaml/index.ts'
import { isKustomizeFileName } from './kinds.ts'
import type { LocatedObject, SourceFile } from './types.ts'

/**
 * Parses a file into documents and objects. A broken document yields what is intact of it; what is wrong becomes
 * problems (`yaml/syntax`, `yaml/duplicate-key`, `yaml/alias`, …) of this file.
 */
export function parseSourceFile(path: string, text: string): SourceFile {
  const parsed = parseDocuments(text, { path })
  const problems: Problem[] = [...parsed.problems]
  const objects: LocatedObject[] = []
  parsed.documents.forEach(({ root, range, broken }, document) => {
    if (root === undefined) return
    const { value, problems: found } = nodeToJson(root, { path, text })
    // What follows from a broken text is not worth saying.
    if (broken !== true) problems.push(...found, ...duplicateKeys(root, path))
    if (!isObject(value)) return
    const ref = objectRefOf(value)
    if (ref !== undefined) objects.push({ ref, object: value, path, document, root, range })
  })
  return {
    path,
    text,
    lines: new LineMap(text),
    documents: parsed.documents,
    objects,
    isKustomizeFile: isKustomizeFileName(basename(path)),
    problems,
  }
}

/** A file that is too large to be parsed: one problem, no documents. */
export function oversizedFile(path: string, size: number, limit: number): SourceFile {
  return {
    path,
    text: '',
    lines: new LineMap(''),
    documents: [],
    objects: [],
    isKustomizeFile: false,
    problems: [
      {
        code: 'fleet/file-too-large',
        severity: 'warning',
        message: `the file has ${mebibytes(size)} MiB; files above ${mebibytes(limit)} MiB are not checked. Split it, or keep it out of the fleet`,
        location: { path, range: { start: 0, end: 0 } },
      },
    ],
  }
}

function mebibytes(bytes: number): string {
  return String(Math.round((bytes / 1024 / 1024) * 10) / 10)
}

/** What names an object; the name is empty where the document gives none. */
function objectRefOf(value: { readonly [key: string]: unknown }): ObjectRef | undefined {
  const apiVersion = value['apiVersion']
  const kind = value['kind']
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined
  const metadata = isObject(value['metadata']) ? value['metadata'] : undefined
  const namespace = getString(metadata, 'namespace')
  return {
    apiVersion,
    kind,
    name: getString(metadata, 'name') ?? '',
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
  }
}

/** Keys that are written twice in one mapping; the last one counts. Merged keys (`<<`) may be written again. */
function duplicateKeys(root: YamlNode, path: string): Problem[] {
  const problems: Problem[] = []
  const open: YamlNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'alias') continue
    if (node.kind !== 'mapping') {
      open.push(...node.content)
      continue
    }
    const first = new Map<string, YamlNode>()
    for (let i = 0; i + 1 < node.content.length; i += 2) {
      const key = node.content[i]!
      open.push(node.content[i + 1]!)
      if (key.kind !== 'scalar' || key.tag === '!!merge') continue
      const before = first.get(key.value)
      if (before === undefined) {
        first.set(key.value, key)
        continue
      }
      problems.push({
        code: 'yaml/duplicate-key',
        severity: 'error',
        message: `"${key.value}" is written twice in this mapping; only the last one counts. Remove one of them`,
        location: { path, range: { start: key.start, end: key.end } },
        related: [
          {
            location: { path, range: { start: before.start, end: before.end } },
            message: `"${key.value}" was written here first`,
          },
        ],
      })
    }
  }
  return problems
}
