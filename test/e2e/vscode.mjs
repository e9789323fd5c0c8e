/** A VS Code of its own for one test run: fresh profile, the packed extension, served to a browser on this machine. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium, installCodeServer, nodePath, root, toolEnv } from './setup.mjs'

const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Packs the extension as it is published. @returns the path of the VSIX. */
export function packExtension(folder) {
  const vsix = join(folder, 'fluxkit.vsix')
  run(nodePath, ['esbuild.mjs'])
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--skip-license']
  run(join(root, 'node_modules', '.bin', 'vsce'), ['package', ...flags, '--out', vsix])
  return vsix
}

/** Serves VS Code with the extension on a folder, which is trusted unless told otherwise. @returns the way to it and its end. */
export async function serveCode({ vsix, home, folder, settings, trust = true }) {
  const entry = installCodeServer()
  const userData = join(home, 'user-data')
  const extensions = join(home, 'extensions')
  mkdirSync(join(userData, 'User'), { recursive: true })
  writeFileSync(
    join(userData, 'User', 'settings.json'),
    JSON.stringify({
      'workbench.startupEditor': 'none',
      'workbench.tips.enabled': false,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'chat.disableAIFeatures': true,
      'extensions.ignoreRecommendations': true,
      'extensions.autoUpdate': false,
      'telemetry.telemetryLevel': 'off',
      'window.commandCenter': false,
      'files.autoSave': 'off',
      'editor.minimap.enabled': false,
      'security.workspace.trust.enabled': !trust,
      'security.workspace.trust.startupPrompt': 'never',
      'git.openRepositoryInParentFolders': 'never',
      ...settings,
    }),
  )
  const dirs = ['--user-data-dir', userData, '--extensions-dir', extensions]
  run(nodePath, [entry, ...dirs, '--install-extension', vsix], { HOME: home })
  const port = await freePort()
  const server = spawn(
    nodePath,
    [
      entry,
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      ...dirs,
      '--disable-telemetry',
      '--disable-update-check',
      ...(trust ? ['--disable-workspace-trust'] : []),
      '--disable-getting-started-override',
      folder,
    ],
    { env: toolEnv({ HOME: home, KUBECONFIG: join(home, 'kubeconfig') }), stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const said = []
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  const base = `http://127.0.0.1:${port}`
  await until('code-server to answer', 60_000, async () => {
    if (server.exitCode !== null) throw new Error(`code-server ended: ${said.join('').slice(-2000)}`)
    return (await fetch(`${base}/healthz`).catch(() => undefined))?.ok
  })
  return {
    url: `${base}/?folder=${encodeURIComponent(folder)}`,
    userData,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await Promise.race([ended, pause(5000)])
      if (server.exitCode === null) server.kill('SIGKILL')
    },
  }
}

/** A browser with one page of the size that screenshots have. */
export async function openBrowser() {
  const browser = await chromium.launch({ executablePath: findChromium(), args: browserFlags })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  return { browser, page: await context.newPage() }
}

/** Waits for a condition instead of a time. */
export async function until(what, timeout, condition) {
  const end = Date.now() + timeout
  for (;;) {
    const answer = await condition()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`waited ${Math.round(timeout / 1000)} s for ${what}`)
    await pause(100)
  }
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function run(command, args, extra = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: toolEnv(extra), maxBuffer: 1 << 26 })
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`)
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
