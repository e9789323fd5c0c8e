import { gunzipSync } from 'node:zlib'

/** The regular files of a tar.gz, by path. For corpora that this repository trusts. */
export function readTarGz(archive: Uint8Array): Map<string, Uint8Array> {
  const tar = gunzipSync(archive)
  const files = new Map<string, Uint8Array>()
  let longName: string | undefined
  for (let at = 0; at + 512 <= tar.length; ) {
    const header = tar.subarray(at, at + 512)
    const text = (from: number, length: number): string =>
      header
        .subarray(from, from + length)
        .toString('utf8')
        .replace(/\0.*$/s, '')
    const name = text(0, 100)
    if (name === '' && header.every((byte) => byte === 0)) break
    const size = Number.parseInt(text(124, 12).trim() || '0', 8)
    const type = text(156, 1)
    const prefix = text(257, 5) === 'ustar' ? text(345, 155) : ''
    const body = tar.subarray(at + 512, at + 512 + size)
    const path = longName ?? (prefix === '' ? name : `${prefix}/${name}`)
    longName = undefined
    if (type === 'L') longName = body.toString('utf8').replace(/\0.*$/s, '')
    else if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(body.toString('utf8'))?.[1]
    else if (type === '0' || type === '' || type === '7') files.set(path.replace(/^\.\//, ''), new Uint8Array(body))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
