import * as vscode from 'vscode'
import { type BuildOriginAnswer, type BuildStep, buildOrigin, type SourceLocation } from '../../../protocol/index.ts'
import type { Services } from '../../infrastructure/services.ts'
import { buildScheme, targetOf } from './virtual.ts'

/** In rendered manifests: a hover that says what set a field, and the way to the line where that is written. */
export function registerOrigins(services: Services): vscode.Disposable {
  const selector: vscode.DocumentSelector = { scheme: buildScheme }
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(selector, {
      provideHover: async (document, position) => {
        const found = await originOf(services, document, position)
        return found === undefined ? undefined : new vscode.Hover(describe(found))
      },
    }),
    vscode.languages.registerDefinitionProvider(selector, {
      provideDefinition: async (document, position) => {
        const found = await originOf(services, document, position)
        const first = found?.origin?.location ?? found?.steps[0]?.location
        const targets = found?.targets ?? (first === undefined ? [] : [first])
        return targets.map((location) => new vscode.Location(uriOf(location), rangeOf(location)))
      },
    }),
  )
}

async function originOf(
  { worker }: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<BuildOriginAnswer | undefined> {
  const target = targetOf(document.uri)
  if (target?.type !== 'build') return undefined
  const start = documentStart(document, position.line)
  const text = document.getText(new vscode.Range(start, 0, documentEnd(document, position.line), 0))
  const { fleetCluster, workload } = target
  const place = { document: text, line: position.line - start, character: position.character }
  return (await worker.request(buildOrigin, { fleetCluster, workload, ...place })) ?? undefined
}

/** The first line of the YAML document that holds a line. */
function documentStart(document: vscode.TextDocument, line: number): number {
  let start = line
  while (start > 0 && document.lineAt(start - 1).text !== '---') start--
  return start
}

/** The line after the YAML document that holds a line. */
function documentEnd(document: vscode.TextDocument, line: number): number {
  let end = line
  while (end < document.lineCount && document.lineAt(end).text !== '---') end++
  return end
}

function describe({ field, origin, details = [], steps }: BuildOriginAnswer): vscode.MarkdownString {
  const text = new vscode.MarkdownString()
  if (field !== '') {
    // Inside of a code span nothing is escaped, and nothing but a backtick ends it.
    text.appendMarkdown(`\`${field.replaceAll('`', '')}\``)
    if (origin !== undefined) appendStep(text.appendMarkdown(' is set by '), origin)
    text.appendMarkdown('\n\n')
    for (const detail of details) appendStep(text.appendMarkdown('- '), detail).appendMarkdown('\n')
    if (details.length > 0) text.appendMarkdown('\n')
  }
  if (steps.length > 0) text.appendMarkdown('The object:\n\n')
  for (const step of steps) appendStep(text.appendMarkdown('- '), step).appendMarkdown('\n')
  return text
}

function appendStep(text: vscode.MarkdownString, { step, location }: BuildStep): vscode.MarkdownString {
  text.appendText(step)
  if (location === undefined) return text
  const uri = uriOf(location)
  const line = location.range.start.line + 1
  const link = uri.with({ fragment: `L${line}` }).toString()
  return text
    .appendMarkdown(' in [')
    .appendText(`${vscode.workspace.asRelativePath(uri)}:${line}`)
    .appendMarkdown(`](${link})`)
}

function uriOf({ uri }: SourceLocation): vscode.Uri {
  return vscode.Uri.parse(uri)
}

function rangeOf({ range: { start, end } }: SourceLocation): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character)
}
