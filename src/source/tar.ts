import { cleanPath, decodeText, type Problem, type Result } from '../base/index.ts'
import type { ArtifactFile } from './digest.ts'

export interface TarOptions {
  /** Bytes of all files together. Default 100 MiB, as fluxcd/pkg tar. */
  readonly maxSize?: number
  /** Entries. Default 100,000. */
  readonly maxEntries?: number
  /** Leave symbolic links out instead of refusing the archive. */
  readonly skipLinks?: boolean
}

/** Decompresses gzip; stops with an error at more than `maxSize` bytes. Hosts have it from zlib. */
export type Gunzip = (archive: Uint8Array, maxSize: number) => Uint8Array

const defaultMaxSize = 100 << 20
const defaultMaxEntries = 100_000
const blockSize = 512

class TarError extends Error {}

/**
 * Reads the regular files of a tar archive (ustar, pax and GNU long names). The archive is refused (`source/archive`)
 * when an entry leaves the directory, is a link or a device, is cut off, or there is too much of it: fluxcd/pkg tar
 * untar.go. A later entry of the same name replaces an earlier one.
 */
export function readTar(archive: Uint8Array, options: TarOptions = {}): Result<ArtifactFile[]> {
  try {
    return { value: new TarReader(archive, options).read(), problems: [] }
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    return { value: [], problems: [problem(error.message)] }
  }
}

/** `readTar` of a gzipped archive; what decompression throws becomes a problem. */
export function readTarGz(archive: Uint8Array, gunzip: Gunzip, options: TarOptions = {}): Result<ArtifactFile[]> {
  const maxSize = options.maxSize ?? defaultMaxSize
  // Headers and padding come on top of the files.
  const allowance = maxSize + 2 * blockSize * (options.maxEntries ?? defaultMaxEntries)
  let plain: Uint8Array
  try {
    plain = gunzip(archive, allowance)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { value: [], problems: [problem(`requires gzip-compressed body: ${text}`)] }
  }
  return readTar(plain, options)
}

function problem(message: string): Problem {
  return { code: 'source/archive', severity: 'error', message }
}

interface Header {
  readonly name: string
  readonly size: number
  readonly type: string
  readonly linkName: string
}

class TarReader {
  readonly #bytes: Uint8Array
  readonly #options: TarOptions
  readonly #files = new Map<string, Uint8Array>()
  #pos = 0
  #longName: string | undefined
  #pax: ReadonlyMap<string, string> = new Map()
  #total = 0

  constructor(bytes: Uint8Array, options: TarOptions) {
    this.#bytes = bytes
    this.#options = options
  }

  read(): ArtifactFile[] {
    const maxEntries = this.#options.maxEntries ?? defaultMaxEntries
    for (let count = 0; ; count++) {
      const header = this.#header()
      if (header === undefined) break
      if (count >= maxEntries) throw new TarError(`tar has more than ${maxEntries} entries`)
      const content = this.#content(header)
      if (!this.#extension(header, content)) this.#entry(header, content)
    }
    return [...this.#files].map(([path, content]) => ({ path, content }))
  }

  /** The next header; `undefined` at the end, which is an empty block or the end of the bytes. */
  #header(): Header | undefined {
    const block = this.#bytes.subarray(this.#pos, this.#pos + blockSize)
    if (block.length === 0) return undefined
    if (block.length < blockSize) throw new TarError('tar error: unexpected EOF')
    if (block.every((byte) => byte === 0)) return undefined
    checkSum(block)
    this.#pos += blockSize
    const ustar = text(block, 257, 5) === 'ustar'
    const prefix = ustar && text(block, 257, 8) !== 'ustar  ' ? text(block, 345, 155) : ''
    const name = text(block, 0, 100)
    const type = String.fromCharCode(block[156]!)
    const size = '12345'.includes(type) ? 0 : numeric(block, 124, 12)
    return { name: prefix === '' ? name : `${prefix}/${name}`, size, type, linkName: text(block, 157, 100) }
  }

  #content(header: Header): Uint8Array {
    const extended = this.#pax.get('size')
    const size = extended !== undefined && isFileType(header.type) ? Number(extended) : header.size
    if (!Number.isSafeInteger(size) || size < 0) throw new TarError('tar error: invalid tar header')
    if (isFileType(header.type)) this.#count(header, size)
    const end = this.#pos + size
    if (end > this.#bytes.length) throw new TarError('tar error: unexpected EOF')
    const content = this.#bytes.subarray(this.#pos, end)
    this.#pos = this.#pos + Math.ceil(size / blockSize) * blockSize
    return content
  }

  #count(header: Header, size: number): void {
    const maxSize = this.#options.maxSize ?? defaultMaxSize
    this.#total += size
    if (this.#total > maxSize) {
      throw new TarError(`tar ${JSON.stringify(header.name)} is bigger than max archive size of ${maxSize} bytes`)
    }
  }

  /** Takes an entry that only says something about the next one. */
  #extension(header: Header, content: Uint8Array): boolean {
    if (header.type === 'L') this.#longName = trimNul(decodeText(content))
    else if (header.type === 'x') this.#pax = paxRecords(content)
    else return header.type === 'g' || header.type === 'K'
    return true
  }

  #entry(header: Header, content: Uint8Array): void {
    const name = this.#pax.get('path') ?? this.#longName ?? header.name
    this.#pax = new Map()
    this.#longName = undefined
    if (!isValidName(name)) throw new TarError(`tar contained invalid name error ${JSON.stringify(name)}`)
    const isDirectory = header.type === '5' || (isFileType(header.type) && name.endsWith('/'))
    if (isDirectory) return
    if (isFileType(header.type)) {
      const path = cleanPath(name)
      if (path === '.' || path === '..') throw new TarError(`tar contained invalid name error ${JSON.stringify(name)}`)
      this.#files.set(path, content.slice())
    } else if (header.type !== '2') {
      throw new TarError(`tar file entry ${name} contained unsupported file type ${JSON.stringify(header.type)}`)
    } else if (this.#options.skipLinks !== true) {
      throw new TarError(`tar file entry ${name} is a symlink, which is not allowed in this context`)
    }
  }
}

function isFileType(type: string): boolean {
  return type === '0' || type === '\0' || type === '7'
}

/** No way out of the directory, on any operating system. */
function isValidName(name: string): boolean {
  if (name === '' || name.includes('\0') || name.includes('\\') || name.startsWith('/')) return false
  return !name.split('/').includes('..')
}

function checkSum(block: Uint8Array): void {
  let unsigned = 0
  let signed = 0
  for (let i = 0; i < blockSize; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : block[i]!
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const expected = numeric(block, 148, 8)
  if (expected !== unsigned && expected !== signed) throw new TarError('tar error: invalid tar header')
}

function text(block: Uint8Array, at: number, length: number): string {
  return trimNul(decodeText(block.subarray(at, at + length)))
}

function trimNul(value: string): string {
  const end = value.indexOf('\0')
  return end < 0 ? value : value.slice(0, end)
}

/** An octal number, or a big-endian one marked by the first bit (GNU). */
function numeric(block: Uint8Array, at: number, length: number): number {
  if ((block[at]! & 0x80) !== 0) {
    let value = block[at]! & 0x7f
    for (let i = 1; i < length; i++) value = value * 256 + block[at + i]!
    return value
  }
  const digits = text(block, at, length).trim()
  if (digits === '') return 0
  if (!/^[0-7]+$/.test(digits)) throw new TarError('tar error: invalid tar header')
  return Number.parseInt(digits, 8)
}

/** `<length> <key>=<value>\n` records. */
function paxRecords(content: Uint8Array): Map<string, string> {
  const out = new Map<string, string>()
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(decodeText(content.subarray(at, space)))
    if (!Number.isSafeInteger(length) || length < 5 || at + length > content.length) {
      throw new TarError('tar error: invalid tar header')
    }
    const record = decodeText(content.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    if (equals > 0) out.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return out
}
