import { directoryFile, writtenPaths } from './paths.ts'
import type { DocumentLink, LanguageContext } from './types.ts'

/** The paths written in a file that lead to another file or directory of the workspace. */
export function documentLinks({ fleet }: LanguageContext, path: string): readonly DocumentLink[] {
  const file = fleet.file(path)
  if (file === undefined) return []
  return writtenPaths(fleet, file).map(({ range, target }) => {
    const isDirectory = fleet.fs.stat(`${fleet.root}/${target}`)?.kind === 'directory'
    const opened = isDirectory ? directoryFile(fleet, target) : target
    return { range, target: { path: opened ?? target }, tooltip: `Open ${opened ?? target}` }
  })
}
