import { describe, expect, it } from 'vitest'
import { MemoryFileSystem, readText } from '../../../src/base/index.ts'
import { createOverlayFileSystem } from '../../../src/fleet/index.ts'

describe('createOverlayFileSystem', () => {
  const open = () => createOverlayFileSystem(new MemoryFileSystem([['/r/a.yaml', 'disk']]))

  it('lets the buffer win until it is cleared', () => {
    const fs = open()
    fs.set('/r/a.yaml', 'buffer')
    expect(readText(fs, '/r/a.yaml')).toBe('buffer')
    expect(fs.stat('/r/a.yaml')).toEqual({ kind: 'file', size: 6 })
    fs.clear('/r/a.yaml')
    expect(readText(fs, '/r/a.yaml')).toBe('disk')
  })

  it('shows a buffer of a file that is not on disk, and the directories above it', () => {
    const fs = open()
    fs.set('/r/new/b.yaml', 'x')
    expect(fs.readDir('/r')).toEqual([
      { name: 'a.yaml', kind: 'file' },
      { name: 'new', kind: 'directory' },
    ])
    expect(fs.readDir('/r/new')).toEqual([{ name: 'b.yaml', kind: 'file' }])
    expect(fs.stat('/r/new')?.kind).toBe('directory')
    expect(fs.realPath('/r/new/b.yaml')).toBe('/r/new/b.yaml')
    fs.clear('/r/new/b.yaml')
    expect(fs.stat('/r/new')).toBeUndefined()
  })

  it('names a file once that is on disk and in a buffer', () => {
    const fs = open()
    fs.set('/r/a.yaml', 'buffer')
    expect(fs.readDir('/r')).toHaveLength(1)
  })
})
