import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readChartFiles, unpackChart } from '../../../src/host/index.ts'

interface Entry {
  readonly path: string
  readonly text?: string
  readonly type?: string
}

/** A ustar archive as `helm package` makes them. */
function archive(entries: readonly Entry[]): Uint8Array {
  const blocks: Buffer[] = []
  for (const { path, text = '', type = '0' } of entries) {
    const header = Buffer.alloc(512)
    header.write(path, 0)
    header.write('0000644\0', 100)
    header.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}\0`, 124)
    header.write(type, 156)
    header.write('ustar\0', 257)
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512)
    body.write(text)
    blocks.push(header, body)
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

describe('unpackChart', () => {
  it('leaves the top folder out and keeps the last of two files', () => {
    const files = unpackChart(
      archive([
        { path: 'c/Chart.yaml', text: 'a' },
        { path: 'c/x/y', text: '1' },
        { path: 'c/x/y', text: '2' },
      ]),
    )
    expect(files.map(({ name, data }) => [name, Buffer.from(data).toString()])).toEqual([
      ['Chart.yaml', 'a'],
      ['x/y', '2'],
    ])
  })

  it.each([
    ['a path out of the chart', [{ path: 'c/../../etc/passwd' }], 'chart illegally references parent directory'],
    ['an absolute path', [{ path: '/etc/passwd' }], 'chart illegally contains absolute paths'],
    ['a Windows path', [{ path: 'c\\..\\..\\x' }], 'chart illegally references parent directory'],
    ['a drive', [{ path: 'c/C:/x' }], 'chart contains illegally named files'],
    [
      'a file without a folder',
      [{ path: 'Chart.yaml' }],
      'chart illegally contains content outside the base directory',
    ],
    ['a link', [{ path: 'c/x', type: '2' }], 'chart contains a link'],
    ['nothing', [], 'no files in chart archive'],
  ])('refuses %s', (_, entries, message) => {
    expect(() => unpackChart(archive(entries))).toThrow(message)
  })

  it('refuses files and archives that are too large', () => {
    const large = 'x'.repeat(6 * 1024 * 1024)
    expect(() => unpackChart(archive([{ path: 'c/x', text: large }]))).toThrow(
      'is larger than the maximum file size 5242880',
    )
    const bomb = gzipSync(Buffer.alloc(101 * 1024 * 1024))
    expect(() => unpackChart(bomb)).toThrow('decompressed chart is larger than the maximum size 104857600')
  })

  it('says so when it is no archive', () => {
    expect(() => unpackChart(Buffer.from('hello'))).toThrow('unexpected EOF')
    expect(() => unpackChart(Buffer.from('hello to all charts'))).toThrow('gzip: invalid header')
    expect(() => unpackChart(archive([{ path: 'c/x', text: 'x' }]).subarray(0, 40))).toThrow('unexpected EOF')
  })
})

describe('readChartFiles', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chart-'))
    mkdirSync(join(folder, 'c/templates'), { recursive: true })
    writeFileSync(join(folder, 'c/Chart.yaml'), '\ufeffname: c')
    writeFileSync(join(folder, 'c/templates/.hidden'), '')
    writeFileSync(join(folder, 'c/notes.bak'), '')
    writeFileSync(join(folder, 'c/.helmignore'), '*.bak\n')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('reads what .helmignore leaves, without byte order marks', () => {
    const files = readChartFiles(join(folder, 'c'))
    expect(files.map(({ name, data }) => [name, Buffer.from(data).toString()])).toEqual([
      ['.helmignore', '*.bak\n'],
      ['Chart.yaml', 'name: c'],
    ])
  })

  it('refuses links that leave the folder of the chart', () => {
    symlinkSync('/etc/hostname', join(folder, 'c/out'))
    expect(() => readChartFiles(join(folder, 'c'))).toThrow('out is a link that leaves the chart')
  })
})
