import type { Field } from './field.ts'

/** No element of a path may be `..`. */
export function checkNoBacksteps(parent: Field, key: string, path: string): void {
  if (path.split('/').includes('..')) parent.invalid(key, path, "must not contain '..'")
}

/** A path below where it is used: relative, and without steps back. */
export function checkDescendingPath(parent: Field, key: string, path: string): void {
  if (path.startsWith('/')) parent.invalid(key, path, 'must be a relative path')
  checkNoBacksteps(parent, key, path)
}

/** The same for files in volumes, whose names that begin with two dots are kubelet's own. */
export function checkVolumeFilePath(parent: Field, key: string, path: string): void {
  checkDescendingPath(parent, key, path)
  if (path.startsWith('..') && !path.startsWith('../')) parent.invalid(key, path, "must not start with '..'")
}

/** Permission bits. */
export function checkFileMode(parent: Field, key: string): void {
  const mode = parent.number(key)
  if (mode !== undefined && (mode > 0o777 || mode < 0)) {
    parent.invalid(key, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
  }
}
