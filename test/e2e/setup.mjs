/**
 * Gets a real VS Code that a browser can show: npm's code-server, installed once into a cache of its own (it is larger
 * than all of the project's packages, and nothing of the product needs it). See vscode-in-browser.md of the project notes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const version = '4.139.1'

/** The Node that VS Code uses, from the project's own packages. */
export const nodePath = join(root, 'node_modules', '.bin', 'node')

/** The environment for programs that find `node` and the project's tools on the PATH. */
export function toolEnv(extra = {}) {
  return { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH, ...extra }
}

/** @returns the entry of code-server, installing it first where it is missing. */
export function installCodeServer(cache = join(homedir(), '.cache', 'fluxkit', 'code-server')) {
  const home = join(cache, 'node_modules', 'code-server')
  const entry = join(home, 'out', 'node', 'entry.js')
  const vscode = join(home, 'lib', 'vscode')
  const done = [entry, join(vscode, 'node_modules'), join(vscode, 'extensions', 'node_modules')]
  if (done.every((path) => existsSync(path))) return entry
  console.log(`Installing code-server ${version} into ${cache} (once, about a minute) …`)
  mkdirSync(cache, { recursive: true })
  if (!existsSync(join(cache, 'package.json'))) writeFileSync(join(cache, 'package.json'), '{"private":true}\n')
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  // No install scripts: without them neither a compiler nor a system library is needed.
  npm(cache, ['install', `code-server@${version}`, '--ignore-scripts', ...quiet])
  npm(vscode, ['install', '--omit=dev', '--ignore-scripts', ...quiet])
  npm(join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts', ...quiet])
  return entry
}

/** The browser: `$CHROMIUM`, or Debian's package `chromium`. */
export function findChromium() {
  const found = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path !== undefined && path !== '' && existsSync(path))
  if (found === undefined) throw new Error('no chromium found: install the Debian package "chromium" or set CHROMIUM')
  return found
}

function npm(cwd, args) {
  const result = spawnSync('npm', args, { cwd, stdio: ['ignore', 2, 2], env: toolEnv() })
  if (result.status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}`)
}
