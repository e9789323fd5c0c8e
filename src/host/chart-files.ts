import { readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { cleanPath, compareStrings, isWithin } from '../base/index.ts'
import { type ChartFile, HelmError, isIgnoredByHelm, parseHelmIgnore } from '../helm/light.ts'

/** Helm's own limits: 5 MiB a file, 100 MiB a chart. */
const maxFile = 5 * 1024 * 1024
const maxChart = 100 * 1024 * 1024
const maxFiles = 20_000

/**
 * The files of a chart folder, less what its `.helmignore` leaves out. Links are followed where they stay in the chart's
 * parent folder, as charts in one repository share files; others are an error.
 * @throws HelmError
 */
export function readChartFiles(root: string): readonly ChartFile[] {
  const ignore = parseHelmIgnore(readOptional(join(root, '.helmignore')))
  const real = realpathSync(root)
  const files: ChartFile[] = []
  let size = 0
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder)).sort(compareStrings)) {
      const name = folder === '' ? entry : `${folder}/${entry}`
      const stat = statOf(root, name)
      if (isIgnoredByHelm(ignore, name, stat.isDirectory())) continue
      if (!isWithin(join(real, '..'), realpathSync(join(root, name))))
        throw new HelmError(`${name} is a link that leaves the chart`)
      if (stat.isDirectory()) visit(name)
      else if (!stat.isFile())
        throw new HelmError(`cannot load irregular file ${join(root, name)} as it has file mode type bits set`)
      else {
        if (stat.size > maxFile)
          throw new HelmError(`chart file "${entry}" is larger than the maximum file size ${maxFile}`)
        size += stat.size
        if (size > maxChart || files.length >= maxFiles)
          throw new HelmError(`the chart is larger than the maximum size ${maxChart}`)
        files.push({ name, data: withoutBom(readFileSync(join(root, name))) })
      }
    }
  }
  visit('')
  return files
}

/** Of what a link leads to. @throws HelmError for a link that leads nowhere */
function statOf(root: string, name: string): Stats {
  const path = join(root, name)
  try {
    return statSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP') throw new HelmError(`open ${path}: too many levels of symbolic links`)
    if (code !== 'ENOENT') throw error
    const target = resolve(realpathSync(dirname(path)), readlinkSync(path))
    throw new HelmError(`error evaluating symlink ${path}: lstat ${target}: no such file or directory`)
  }
}

/**
 * The files of a packed chart, names without its top folder. Nothing is written to disk.
 * Source: Helm 4.1 pkg/chart/loader/archive/archive.go.
 * @throws HelmError in Helm's words for archives that are no chart, too large, or that name paths outside themselves.
 */
export function unpackChart(archive: Uint8Array): readonly ChartFile[] {
  const files = new Map<string, ChartFile>()
  for (const { path, data, type } of tarEntries(gunzip(archive))) {
    if (type === '5' || type === 'g' || path.endsWith('/')) continue
    const parts = path.split(path.includes('\\') ? '\\' : '/')
    const joined = parts.slice(1).join('/')
    // Helm takes the first slash for the end of an empty folder name.
    if (joined.startsWith('/') || parts[0] === '') throw new HelmError('chart illegally contains absolute paths')
    const name = cleanPath(joined)
    if (parts.length < 2 || name === '.') {
      throw new HelmError(`chart illegally contains content outside the base directory: ${JSON.stringify(path)}`)
    }
    if (name.startsWith('..')) throw new HelmError('chart illegally references parent directory')
    if (/^[a-zA-Z]:\//.test(name)) throw new HelmError('chart contains illegally named files')
    if (parts[0] === 'Chart.yaml') throw new HelmError('chart yaml not in base directory')
    if (type !== '0' && type !== '' && type !== '7') throw new HelmError(`chart contains a link: ${path}`)
    if (data.length > maxFile)
      throw new HelmError(
        `decompressed chart file ${JSON.stringify(path)} is larger than the maximum file size ${maxFile}`,
      )
    if (files.size >= maxFiles) throw new HelmError(`the chart has more than ${maxFiles} files`)
    files.set(name, { name, data: withoutBom(data) })
  }
  if (files.size === 0) throw new HelmError('no files in chart archive')
  return [...files.values()]
}

/** @throws HelmError in the words of Go's compress/gzip. */
function gunzip(archive: Uint8Array): Buffer {
  if (archive.length < 10) throw new HelmError(archive.length === 0 ? 'EOF' : 'unexpected EOF')
  if (archive[0] !== 0x1f || archive[1] !== 0x8b || archive[2] !== 8) throw new HelmError('gzip: invalid header')
  try {
    return gunzipSync(archive, { maxOutputLength: maxChart + 1 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new HelmError(`decompressed chart is larger than the maximum size ${maxChart}`)
    throw new HelmError(code === 'Z_BUF_ERROR' ? 'unexpected EOF' : 'gzip: invalid checksum')
  }
}

interface TarEntry {
  readonly path: string
  readonly type: string
  readonly data: Buffer
}

function* tarEntries(tar: Buffer): Generator<TarEntry> {
  let longPath: string | undefined
  for (let at = 0; at + 512 <= tar.length; ) {
    const header = tar.subarray(at, at + 512)
    if (header.every((byte) => byte === 0)) return
    const text = (from: number, length: number): string => {
      const end = header.indexOf(0, from)
      return header.toString('utf8', from, end < 0 || end > from + length ? from + length : end)
    }
    const size = Number.parseInt(text(124, 12).trim() || '0', 8)
    if (!Number.isInteger(size) || size < 0 || at + 512 + size > tar.length) throw new HelmError('unexpected EOF')
    const data = tar.subarray(at + 512, at + 512 + size)
    const type = text(156, 1)
    at += 512 + Math.ceil(size / 512) * 512
    if (type === 'L') longPath = data.toString('utf8').replace(/\0.*$/s, '')
    else if (type === 'x') longPath = paxPath(data.toString('utf8')) ?? longPath
    else if (type !== 'g') {
      const prefix = text(257, 5) === 'ustar' ? text(345, 155) : ''
      const name = text(0, 100)
      yield { path: longPath ?? (prefix === '' ? name : `${prefix}/${name}`), type, data }
      longPath = undefined
    }
  }
}

function paxPath(records: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1]
}

function withoutBom(data: Buffer): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
