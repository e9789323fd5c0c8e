// Makes a fresh clone ready: installs the locked packages when they are missing or stale, and puts the Node that
// VS Code uses (the package node@24) first on the PATH. Works on Node 20 and without any installed package.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Installs what package-lock.json names, once for each content of it. */
export function setUp() {
  const stamp = join(root, 'node_modules', '.fluxkit-lock')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.log('Installing packages …')
    // Not `npm ci`: it refuses a lock file that lacks optional packages for other platforms, which registries may not
    // have. `install --no-save` takes the same locked versions and leaves the lock file alone. npm's own output goes to
    // standard error, so that standard output stays the command's.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] })
    writeFileSync(stamp, wanted)
  }
  if (spawnSync(nodePath(), ['--version']).status !== 0) {
    // The package `node` fetches its binary in an install script, which some npm settings do not run.
    run(process.execPath, [join(root, 'node_modules', 'node', 'installArchSpecificPackage.js')], {
      cwd: join(root, 'node_modules', 'node'),
      stdio: ['ignore', 2, 2],
    })
  }
}

/** The Node 24 of the project. */
export function nodePath() {
  return join(root, 'node_modules', '.bin', 'node')
}

/** The environment in which the project's tools run. */
export function toolEnv(extra = {}) {
  return { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH, ...extra }
}

/** Runs a command from the project's root and stops the whole run when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: toolEnv(), ...options })
  if (result.status !== 0) {
    console.error(`${command} ${args.join(' ')} failed (${result.error?.message ?? `exit code ${result.status}`})`)
    process.exit(result.status || 1)
  }
}
