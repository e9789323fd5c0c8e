import type { Definition, LanguageContext } from './types.ts'

/** Where the thing named at an offset is declared: an object, a file, a directory's kustomization, a variable. */
export function definition(_context: LanguageContext, _path: string, _offset: number): readonly Definition[] {
  return []
}
