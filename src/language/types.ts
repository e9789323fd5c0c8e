import type { Fix, Location, ObjectRef, Position, TextRange } from '../base/index.ts'
import type { Fleet } from '../fleet/index.ts'
import type { ChartValues } from '../fleet/releases/index.ts'
import type { Linter } from '../lint/index.ts'
import type { SchemaRegistry } from '../schema/index.ts'

/** What every language feature works on. Offsets and ranges are UTF-16 units of the file's current text. */
export interface LanguageContext {
  readonly fleet: Fleet
  readonly registry: SchemaRegistry
  readonly linter: Linter
  /** One line of Markdown on an object's state in the cluster, shown in hovers and lenses. */
  readonly liveStatus?: (ref: ObjectRef, cluster: string | undefined) => string | undefined
  /** What the chart of a HelmRelease says of its values, once it is loaded. */
  readonly chartValues?: (release: Pick<ObjectRef, 'name' | 'namespace'>) => ChartValues | undefined
  /** Where the HelmReleases of a chart in a folder of the workspace set a value. */
  readonly valueUses?: (folder: string, path: readonly string[]) => readonly Location[]
}

export interface Hover {
  readonly markdown: string
  readonly range: TextRange
}

export type CompletionKind = 'field' | 'value' | 'enum' | 'reference' | 'file' | 'folder' | 'variable' | 'snippet'

export interface Completion {
  readonly label: string
  readonly kind: CompletionKind
  readonly detail?: string
  readonly markdown?: string
  /** Replaces this range of the file. */
  readonly range: TextRange
  readonly newText: string
  /** `newText` has `$0`, `$1`, `${1:x}` placeholders. */
  readonly snippet: boolean
  readonly sortText: string
  readonly deprecated: boolean
}

/** A jump: from a range of the asked file to a place. */
export interface Definition {
  readonly from: TextRange
  readonly target: Location | ChartTarget
}

/** A place in a file of a HelmRelease's chart, which may be packed. */
export interface ChartTarget {
  readonly release: ObjectRef
  /** As `# Source` shows it. */
  readonly path: string
  readonly start: Position
  readonly end: Position
}

export type SymbolKind = 'object' | 'namespace' | 'field' | 'file'

export interface DocumentSymbol {
  readonly name: string
  readonly detail: string
  readonly kind: SymbolKind
  readonly range: TextRange
  readonly selection: TextRange
  readonly children: readonly DocumentSymbol[]
}

export interface WorkspaceSymbol {
  readonly name: string
  readonly detail: string
  readonly kind: SymbolKind
  readonly location: Location
}

export interface FileEdit {
  readonly path: string
  readonly range: TextRange
  readonly newText: string
}

export interface RenameResult {
  readonly edits: readonly FileEdit[]
  /** Why it cannot be renamed, when it cannot. */
  readonly refused?: string
}

export interface CodeAction {
  readonly title: string
  readonly kind: 'quickfix' | 'refactor'
  /** Code of the problem that it mends. */
  readonly code?: string
  readonly fix: Fix
  readonly preferred: boolean
}

export type LensCommand =
  | 'build'
  | 'diff'
  | 'reconcile'
  | 'suspend'
  | 'resume'
  | 'openSource'
  | 'openDirectory'
  | 'showGraph'
  | 'showReferences'

/** A line of buttons above an object. */
export interface CodeLens {
  readonly range: TextRange
  readonly title: string
  readonly command: LensCommand
  readonly ref: ObjectRef
  /** Id of the Kustomization in the fleet, when there is exactly one or the first of several. */
  readonly kustomization?: string
  /** Id of the HelmRelease in the fleet, likewise. */
  readonly release?: string
  readonly target?: Location
}

export interface DocumentLink {
  readonly range: TextRange
  readonly target: Location
  readonly tooltip: string
}
