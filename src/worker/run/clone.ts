import { type FileSystem, readText } from '../../base/index.ts'

export interface Clone {
  /** Address of the remote `origin`, or of the first; in URL form. */
  readonly url: string | undefined
  readonly branch: string | undefined
}

/** What `.git` of a directory says of its remote and branch; nothing for a directory that is no clone. */
export function readClone(fs: FileSystem, root: string): Clone {
  const config = readText(fs, `${root}/.git/config`) ?? ''
  const remotes = [...config.matchAll(/^\[remote "([^"]+)"\][^[]*?^\s*url\s*=\s*(\S+)\s*$/gms)]
  const remote = remotes.find((match) => match[1] === 'origin') ?? remotes[0]
  const branch = /^ref: refs\/heads\/(\S+)/.exec(readText(fs, `${root}/.git/HEAD`) ?? '')?.[1]
  return { url: remote === undefined ? undefined : asUrl(remote[2]!), branch }
}

/** `git@host:a/b` in the URL form that the API accepts; addresses that are no network URL count as none. */
function asUrl(address: string): string | undefined {
  const scp = /^([\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(address)
  if (scp !== null) return `ssh://${scp[1] ?? 'git@'}${scp[2]}/${scp[3]}`
  return /^(https?|ssh):\/\//.test(address) ? address : undefined
}
