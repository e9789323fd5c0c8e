// npm start: sets up, builds, and opens VS Code on a copy of the sample fleet, the dev cluster running and the engine
// reconciling it. The desktop `code` where there is one on the PATH, else VS Code in the browser on 127.0.0.1.
//   npm start -- --headless   prints the reconcile as text instead
//   npm start -- --browser    the browser even where there is a desktop VS Code
//   npm start -- --path DIR   another repository than the sample
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { nodePath, root, run, setUp, toolEnv } from './setup.mjs'

const args = process.argv.slice(2)
const given = args.includes('--path')
  ? resolve(process.env.INIT_CWD ?? process.cwd(), args[args.indexOf('--path') + 1] ?? '.')
  : undefined
setUp()
console.log('Building …')
run('node', ['esbuild.mjs'], { stdio: ['ignore', 2, 2] })

const folder = given ?? sampleFleet()
if (args.includes('--headless')) headless()
else if (!args.includes('--browser') && hasDesktop()) desktop()
else await browser()

/** The sample fleet in the cache folder: a Git repository of the user's own, kept between starts with its edits. */
function sampleFleet() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fluxkit')
  const path = join(cache, 'sample-fleet')
  if (existsSync(join(path, '.git'))) return path
  mkdirSync(cache, { recursive: true })
  cpSync(join(root, 'test', 'fixtures', 'sample-fleet'), path, { recursive: true })
  mkdirSync(join(path, '.vscode'), { recursive: true })
  writeFileSync(join(path, '.vscode', 'settings.json'), `${JSON.stringify({ 'fluxkit.runOnOpen': true }, null, 2)}\n`)
  const git = (...words) =>
    run('git', ['-C', path, '-c', 'user.name=Fluxkit', '-c', 'user.email=sample@fluxkit.invalid', ...words], {
      stdio: ['ignore', 'ignore', 2],
    })
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', 'https://github.com/example/sample-fleet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'Sample fleet')
  return path
}

/** Reconciles once and shows what a user would see in the trees. */
function headless() {
  const cli = (...words) =>
    spawnSync(nodePath(), [join(root, 'dist', 'cli.js'), ...words], { stdio: 'inherit', env: toolEnv() })
  console.log(`\nReconciling ${folder} in a dev cluster:\n`)
  const result = cli('run', '--once', '--dev-cluster', '--path', folder)
  process.exit(result.status ?? 1)
}

function hasDesktop() {
  return spawnSync('code', ['--version'], { stdio: 'ignore' }).status === 0
}

function desktop() {
  run('code', ['--new-window', `--extensionDevelopmentPath=${root}`, folder])
  console.log(`VS Code is opening ${folder}`)
}

/** VS Code in the browser, until Ctrl+C. */
async function browser() {
  const { packExtension, serveCode } = await import('../test/e2e/vscode.mjs')
  const home = mkdtempSync(join(tmpdir(), 'fluxkit-start-'))
  const code = await serveCode({ vsix: packExtension(home), home, folder, settings: {} })
  console.log(`\nVS Code: ${code.url}\nIt shows ${folder}. Stop with Ctrl+C.`)
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const opening = spawn(opener, [code.url], { stdio: 'ignore', detached: true })
  opening.on('error', () => console.log('Open the address in a browser of this machine.'))
  opening.unref()
  await new Promise((done) => {
    process.once('SIGINT', done)
    process.once('SIGTERM', done)
  })
  await code.stop()
  rmSync(home, { recursive: true, force: true })
}
