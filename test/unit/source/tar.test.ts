import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeText, encodeText } from '../../../src/base/index.ts'
import { adler32, artifactDigest, directoryHash, readTar, readTarGz } from '../../../src/source/index.ts'

interface Entry {
  readonly name: string
  readonly content?: string
  readonly type?: string
  /** What the header claims, when it is not the truth. */
  readonly size?: number
}

/** A ustar archive. */
function tar(...entries: Entry[]): Uint8Array {
  const blocks: Buffer[] = []
  for (const { name, content = '', type = '0', size } of entries) {
    const header = Buffer.alloc(512)
    const body = Buffer.from(content)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512))
  }
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

const read = (archive: Uint8Array, options = {}): [string, string][] =>
  readTar(archive, options).value.map(({ path, content }) => [path, decodeText(content)])

describe('readTar', () => {
  test('gives the regular files', () => {
    const archive = tar(
      { name: './', type: '5' },
      { name: 'a/b.yaml', content: 'x: 1\n' },
      { name: './c', content: '' },
    )
    expect(read(archive)).toEqual([
      ['a/b.yaml', 'x: 1\n'],
      ['c', ''],
    ])
  })

  test('knows the long names of GNU and pax', () => {
    const long = `${'d/'.repeat(80)}f`
    const record = ` path=é/${long}\n`
    const bytes = encodeText(record).length + 3
    expect(
      read(
        tar(
          { name: '././@LongLink', type: 'L', content: `${long}\0` },
          { name: long.slice(0, 100), content: '1' },
          { name: 'PaxHeaders/f', type: 'x', content: `${bytes}${record}` },
          { name: 'short', content: '2' },
          { name: 'plain', content: '3' },
        ),
      ),
    ).toEqual([
      [long, '1'],
      [`é/${long}`, '2'],
      ['plain', '3'],
    ])
  })

  test.each<[string, Uint8Array, string]>([
    ['the parent directory', tar({ name: '../x', content: 'x' }), 'tar contained invalid name error "../x"'],
    ['a way out', tar({ name: 'a/../../x', content: 'x' }), 'tar contained invalid name error "a/../../x"'],
    ['an absolute path', tar({ name: '/etc/x', content: 'x' }), 'tar contained invalid name error "/etc/x"'],
    ['a path of Windows', tar({ name: 'a\\..\\x', content: 'x' }), 'tar contained invalid name error "a\\\\..\\\\x"'],
    [
      'a symbolic link',
      tar({ name: 'l', type: '2' }),
      'tar file entry l is a symlink, which is not allowed in this context',
    ],
    ['a hard link', tar({ name: 'l', type: '1' }), 'tar file entry l contained unsupported file type "1"'],
    ['a device', tar({ name: 'd', type: '3' }), 'tar file entry d contained unsupported file type "3"'],
    ['a cut', tar({ name: 'a', content: 'x'.repeat(600) }).slice(0, 700), 'tar error: unexpected EOF'],
    ['a lie about the size', tar({ name: 'a', content: 'x', size: 1 << 20 }), 'tar error: unexpected EOF'],
    ['rubbish', encodeText('x'.repeat(2048)), 'tar error: invalid tar header'],
  ])('refuses %s', (_name, archive, message) => {
    const { value, problems } = readTar(archive)
    expect(problems.map((problem) => problem.message)).toEqual([message])
    expect(value).toEqual([])
  })

  test('bounds size and number', () => {
    const archive = tar({ name: 'a', content: '12345' }, { name: 'b', content: '12345' })
    expect(readTar(archive, { maxSize: 9 }).problems[0]?.message).toBe(
      'tar "b" is bigger than max archive size of 9 bytes',
    )
    expect(readTar(archive, { maxEntries: 1 }).problems[0]?.message).toBe('tar has more than 1 entries')
    expect(readTar(archive, { maxSize: 10, maxEntries: 2 }).problems).toEqual([])
  })

  test('leaves links out when told so', () => {
    expect(read(tar({ name: 'l', type: '2' }, { name: 'a', content: '1' }), { skipLinks: true })).toEqual([['a', '1']])
  })
})

describe('readTarGz', () => {
  const gunzip = (archive: Uint8Array, maxSize: number): Uint8Array => gunzipSync(archive, { maxOutputLength: maxSize })

  test('unpacks', () => {
    expect(readTarGz(gzipSync(tar({ name: 'a', content: '1' })), gunzip).value).toHaveLength(1)
  })

  test('refuses what is no gzip, and a bomb', () => {
    expect(readTarGz(encodeText('x'), gunzip).problems[0]?.message).toMatch(/^requires gzip-compressed body: /)
    const bomb = gzipSync(new Uint8Array(4 << 20))
    const limits = { maxSize: 1 << 20, maxEntries: 10 }
    expect(readTarGz(bomb, gunzip, limits).problems[0]?.message).toMatch(/^requires gzip-compressed body: /)
  })
})

describe('digests', () => {
  test('Adler-32 of the usual example', () => {
    expect(adler32(encodeText('Wikipedia'))).toBe(0x11e60398)
    expect(adler32(new Uint8Array(1_000_000).fill(255))).toBe(adler32Slow(new Uint8Array(1_000_000).fill(255)))
  })

  test('do not depend on order, but on names and contents', () => {
    const a = { path: 'a', content: encodeText('1') }
    const b = { path: 'b', content: encodeText('2') }
    expect(artifactDigest([a, b])).toBe(artifactDigest([b, a]))
    expect(artifactDigest([a])).not.toBe(artifactDigest([{ ...a, path: 'c' }]))
    expect(artifactDigest([a])).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(directoryHash('x', [a, b])).toBe(directoryHash('x', [b, a]))
    expect(directoryHash('x', [a])).not.toBe(directoryHash('y', [a]))
  })
})

function adler32Slow(bytes: Uint8Array): number {
  let a = 1n
  let b = 0n
  for (const byte of bytes) {
    a = (a + BigInt(byte)) % 65521n
    b = (b + a) % 65521n
  }
  return Number((b << 16n) | a)
}
