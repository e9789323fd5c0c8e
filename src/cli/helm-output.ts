import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { documentText, HelmError, type RenderedChart, type TextOptions, templateDocuments } from '../helm/rendering.ts'
import type { Terminal } from './command.ts'

/**
 * Writes the documents of a chart into files below a folder, those of one template into one file, as
 * `helm template --output-dir` does. Source: Helm 4.1 pkg/cmd/template.go, pkg/action/action.go.
 * @param folder as the command line names it; `release` is a folder in it for all but CRDs.
 * @returns what Helm prints.
 * @throws HelmError for a path that leads out of the folder
 */
export function writeTemplates(
  terminal: Terminal,
  rendered: RenderedChart,
  {
    folder,
    release,
    text,
  }: { readonly folder: string; readonly release: string | undefined; readonly text: TextOptions },
): string {
  const { crds, manifests, hooks } = templateDocuments(rendered, text)
  const inRelease = release === undefined ? folder : `${folder.replace(/\/+$/, '')}/${release}`
  const placed = [
    ...crds.map((document) => ({ document, name: `${folder}/${document.path}` })),
    ...[...manifests, ...hooks].map((document) => ({ document, name: `${inRelease}/${document.path}` })),
  ]
  const root = resolve(terminal.cwd, folder)
  const written = new Set<string>()
  for (const { document, name } of placed) {
    const path = resolve(terminal.cwd, name)
    if (!path.startsWith(`${root}/`)) throw new HelmError(`${document.path} leads out of ${folder}`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, documentText(document), { flag: written.has(path) ? 'a' : 'w' })
    written.add(path)
  }
  return `${placed.map(({ name }) => `wrote ${name}\n`).join('')}\n`
}
