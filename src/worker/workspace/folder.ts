import {
  type FileSystem,
  joinPath,
  LineMap,
  type Location,
  type ObjectRef,
  readText,
  type TextRange,
} from '../../base/index.ts'
import { createFleet, type Fleet, type FleetRelease } from '../../fleet/index.ts'
import type { ReleaseStore } from '../../fleet/releases/index.ts'
import type { RemoteSource } from '../../kustomize/index.ts'
import type { LanguageContext } from '../../language/index.ts'
import { createLinter, type Linter } from '../../lint/index.ts'
import type { SourceLocation } from '../../protocol/index.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../../schema/index.ts'
import { uriOfPath } from './uris.ts'

/** One folder of the workspace: its model, its linter, and the way from their offsets to the editor's lines. */
export class Folder {
  readonly root: string
  readonly registry: SchemaRegistry
  readonly fleet: Fleet
  readonly linter: Linter
  /** What is known of the HelmReleases; absent until somebody renders them. */
  releases: ReleaseStore | undefined

  constructor(root: string, fs: FileSystem, remotes?: RemoteSource) {
    this.root = root
    this.registry = createSchemaRegistry()
    this.fleet = createFleet({ fs, root, registry: this.registry, ...(remotes === undefined ? {} : { remotes }) })
    this.linter = createLinter(this.fleet, this.registry, {
      problems: (path) => this.releases?.problems(path) ?? [],
      problemPaths: () => this.releases?.problemPaths() ?? [],
    })
  }

  /** What language features are asked with. */
  language(liveStatus: NonNullable<LanguageContext['liveStatus']>): LanguageContext {
    return {
      ...{ fleet: this.fleet, registry: this.registry, linter: this.linter, liveStatus },
      chartValues: (ref) => {
        const release = this.release(ref)
        return release === undefined ? undefined : this.releases?.chartValues(release.id)
      },
      valueUses: (folder, path) => this.releases?.valueUses(this.absolute(folder), path) ?? [],
    }
  }

  /** A release by name, whose state is known; without a namespace the first of the name. */
  release({ name, namespace }: Pick<ObjectRef, 'name' | 'namespace'>): FleetRelease | undefined {
    for (const release of this.releases?.releases().values() ?? []) {
      if (release.ref.name === name && (namespace === undefined || release.ref.namespace === namespace)) return release
    }
    return undefined
  }

  absolute(path: string): string {
    return path.startsWith('/') ? path : joinPath(this.root, path)
  }

  /** The lines of a file; an empty map when it does not exist. */
  lines(path: string): LineMap {
    return this.fleet.file(path)?.lines ?? new LineMap(readText(this.fleet.fs, this.absolute(path)) ?? '')
  }

  /** A place of the core in the terms of editors; no range means the start of the file. */
  locate(location: Location | undefined): SourceLocation | undefined {
    if (location === undefined) return undefined
    return {
      uri: uriOfPath(this.absolute(location.path)),
      range: this.range(location.path, location.range ?? { start: 0, end: 0 }),
    }
  }

  range(path: string, range: TextRange): SourceLocation['range'] {
    const lines = this.lines(path)
    return { start: lines.positionAt(range.start), end: lines.positionAt(range.end) }
  }
}
