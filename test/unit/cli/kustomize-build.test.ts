import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandError, parseFlags, type Terminal, UsageError } from '../../../src/cli/command.ts'
import { kustomizeBuildCommand } from '../../../src/cli/commands/kustomize-build.ts'
import { type RemoteRepositories, serveRepositories } from '../../support/remote-repositories.ts'

const home = mkdtempSync(join(tmpdir(), 'fluxkit-build-test-'))
let remote: RemoteRepositories

beforeAll(async () => {
  remote = await serveRepositories(fileURLToPath(new URL('../../fixtures/kustomize-remote', import.meta.url)))
})
afterAll(() => {
  remote.dispose()
  rmSync(home, { recursive: true, force: true })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
}

async function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string; error: string }> {
  let stdout = ''
  let stderr = ''
  const terminal: Terminal = {
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    cwd: home,
    env: { FLUXKIT_CACHE: join(home, '.cache') },
    interrupted: new Promise(() => undefined),
  }
  const { flags, args } = parseFlags(kustomizeBuildCommand, words)
  try {
    return { code: await kustomizeBuildCommand.run(terminal, flags, args), stdout, stderr, error: '' }
  } catch (error) {
    if (error instanceof CommandError) return { code: error.code, stdout, stderr, error: error.message }
    if (error instanceof UsageError) return { code: 2, stdout, stderr, error: error.message }
    throw error
  }
}

const configMap = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}---\n`

describe('remote bases', () => {
  it('are refused at the line that names them, with the flag that allows them', async () => {
    write('refused/kustomization.yaml', remote.fill('namePrefix: a-\nresources:\n- <http>/app.git//base?ref=v1\n'))
    const before = remote.asked.length
    const { code, error, stdout } = await run('refused')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(error).toMatch(
      /^refused\/kustomization\.yaml:3:3: error kustomize\/remote: .*remote resource '.*' is not allowed; run with --allow-remote to fetch it$/,
    )
    expect(remote.asked.length).toBe(before)
    const allowed = await run('refused', '--allow-remote')
    expect(allowed.stdout).toContain('name: a-b-web')
  })

  it('are allowed where the user names one as the target, but not what it refers to', async () => {
    const named = await run(remote.fill('<http>/app.git//overlays/prod?ref=v1'))
    expect(named).toMatchObject({ code: 0, stdout: expect.stringContaining('image: nginx:1.2') })
    const nested = await run(remote.fill('<http>/app.git//nested'))
    expect(nested.error).toMatch(/is not allowed; run with --allow-remote/)
    expect((await run('--allow-remote', remote.fill('<http>/app.git//nested'))).stdout).toContain('name: b-web-n')
  })
})

describe('what goes to standard error', () => {
  it('repeats the warnings of kustomize word by word', async () => {
    write(
      'old/kustomization.yaml',
      `bases: []
resources: [c.yaml]
imageTags: []
patchesJson6902: []
patchesStrategicMerge: []
vars: [{name: A, objref: {kind: ConfigMap, name: c, apiVersion: v1}}]
commonLabels: {a: b}
sortOptions: {order: fifo}
`,
    )
    write('old/c.yaml', configMap('c'))
    const { stderr, code } = await run('old', '--enable-managedby-label', '--reorder', 'none')
    expect(code).toBe(0)
    // Recorded from kustomize 5.8.1; only the time differs.
    expect(stderr.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, '<time> ')).toBe(
      `Flag --enable-managedby-label has been deprecated, The flag \`enable-managedby-label\` has been deprecated. Use the \`managedByLabel\` option in the \`buildMetadata\` field instead.
Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.
# Warning: 'bases' is deprecated. Please use 'resources' instead. Run 'kustomize edit fix' to update your Kustomization automatically.
# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.
# Warning: 'imageTags' is deprecated. Please use 'images' instead. Run 'kustomize edit fix' to update your Kustomization automatically.
# Warning: 'patchesJson6902' is deprecated. Please use 'patches' instead. Run 'kustomize edit fix' to update your Kustomization automatically.
# Warning: 'patchesStrategicMerge' is deprecated. Please use 'patches' instead. Run 'kustomize edit fix' to update your Kustomization automatically.
# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] Run 'kustomize edit fix' to update your Kustomization automatically.
<time> well-defined vars that were never replaced: A
<time> Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag ('--reorder'). Using the kustomization file over the CLI flag.
`,
    )
  })
})

describe('output', () => {
  it('goes to a file, or to a file per object in a folder', async () => {
    write('many/kustomization.yaml', 'resources: [m.yaml]\n')
    write(
      'many/m.yaml',
      `apiVersion: v1
kind: Namespace
metadata: {name: One}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: One}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:x"}
`,
    )
    await run('many', '-o', 'all.yaml')
    expect(readFileSync(join(home, 'all.yaml'), 'utf8')).toBe((await run('many')).stdout)
    mkdirSync(join(home, 'out'))
    expect(await run('many', '--output', 'out')).toMatchObject({ code: 0, stdout: '' })
    // As kustomize 5.8.1 names them.
    expect(readdirSync(join(home, 'out')).sort()).toEqual([
      'default_v1_configmap_web.yaml',
      'one_apps_v1_deployment_web.yaml',
      'rbac.authorization.k8s.io_v1_clusterrole_system:x.yaml',
      'v1_namespace_one.yaml',
    ])
    expect(readFileSync(join(home, 'out/v1_namespace_one.yaml'), 'utf8')).toBe(
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: One\n',
    )
  })

  it('never leaves the folder, whatever an object is called', async () => {
    write('evil/kustomization.yaml', 'resources: [m.yaml]\n')
    write('evil/m.yaml', configMap('a/../../../evil'))
    mkdirSync(join(home, 'inside'))
    const { error } = await run('evil', '-o', 'inside')
    expect(error).toMatch(/the name of an object leaves/)
    expect(readdirSync(join(home, 'inside'))).toEqual([])
  })
})

describe('flags', () => {
  it.each([
    [['--load-restrictor', 'x'], /illegal flag value --load-restrictor x; legal values/],
    [['--reorder', 'x'], /illegal flag value --reorder x; legal values: \[legacy none\]/],
    [['a', 'b'], /specify one path to kustomization\.yaml/],
  ])('%s are wrong usage', async (words, message) => {
    expect(await run(...words)).toMatchObject({ code: 2, error: expect.stringMatching(message) })
  })

  it('of functions are taken, and functions are refused', async () => {
    write('plain/kustomization.yaml', 'resources: [c.yaml]\n')
    write('plain/c.yaml', configMap('c'))
    const words = ['--enable-alpha-plugins', '--enable-exec', '--network', '--network-name', 'n', '--stack-trace']
    const result = await run('plain', ...words, '-e', 'A=b', '--env', 'C', '--mount', 'm', '--as-current-user')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    write(
      'function/kustomization.yaml',
      'transformers:\n- |-\n  apiVersion: example.com/v1\n  kind: Mine\n  metadata: {name: m}\n',
    )
    expect((await run('function', ...words)).error).toMatch(/unable to load external plugin 'Mine'/)
  })
})
