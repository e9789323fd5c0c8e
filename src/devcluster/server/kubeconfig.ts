import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A kubeconfig with one context, its certificate authority and token inline. */
export function kubeconfigText(access: { name: string; url: string; ca: string; token: string }): string {
  const name = JSON.stringify(access.name)
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${name}
    cluster:
      server: ${access.url}
      certificate-authority-data: ${Buffer.from(access.ca).toString('base64')}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: ${name}
current-context: ${name}
users:
  - name: ${name}
    user:
      token: ${JSON.stringify(access.token)}
`
}

/** Writes a file that only its owner can read, all or nothing. */
export function writePrivately(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const part = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    writeFileSync(part, text, { mode: 0o600, flag: 'wx' })
    chmodSync(part, 0o600)
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}
