import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseFlags, UsageError } from '../../../src/cli/command.ts'
import { helmTemplateCommand } from '../../../src/cli/commands/helm-template.ts'
import recorded from './helm-template.json' with { type: 'json' }

/** What the helm 4.1.4 binary answers to odd charts, files and flags. */
interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string | { readonly base64: string } | { readonly link: string }>>
  readonly args: readonly string[]
  readonly expected?: string
  /** Of standard error, the folder as `DIR`, without log lines and the hint about `--debug`. */
  readonly error?: string
}

let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'fluxkit-helm-template-'))
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

async function run(cwd: string, args: readonly string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  const { flags, args: rest } = parseFlags(helmTemplateCommand, args)
  let stdout = ''
  let stderr = ''
  const terminal = {
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    ...{ cwd, env: {}, interrupted: new Promise<void>(() => undefined) },
  }
  const code = await helmTemplateCommand.run(terminal, flags, rest)
  return { stdout, stderr: stderr.replaceAll(cwd, 'DIR').trim(), code }
}

function write(files: Case['files']): string {
  const dir = mkdtempSync(join(home, 'case-'))
  for (const [path, content] of Object.entries(files)) {
    const at = join(dir, path)
    mkdirSync(dirname(at), { recursive: true })
    if (typeof content === 'string') writeFileSync(at, content)
    else if ('link' in content) symlinkSync(content.link, at)
    else writeFileSync(at, Buffer.from(content.base64, 'base64'))
  }
  return dir
}

describe('as the binary', () => {
  test.each(recorded as unknown as Case[])('$name', async ({ files, args, expected, error }) => {
    const { stdout, stderr, code } = await run(write(files), args)
    expect({ stdout, stderr, code }).toEqual({
      stdout: expected ?? '',
      stderr: error ?? '',
      code: error === undefined ? 0 : 1,
    })
  })
})

test('--output-dir writes a file for each template', async () => {
  const dir = write({
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n',
    'c/templates/a.yaml': 'kind: A\n---\nkind: B\n',
  })
  for (let times = 0; times < 2; times++) {
    await run(dir, ['r', 'c', '--output-dir', 'out', '--release-name'])
    expect(readFileSync(join(dir, 'out/r/c/templates/a.yaml'), 'utf8')).toBe(
      '---\n# Source: c/templates/a.yaml\nkind: A\n---\n# Source: c/templates/a.yaml\nkind: B\n',
    )
  }
})

test.each(['--validate', '--dry-run=server', '--dependency-update', '--enable-dns', '--verify'])(
  '%s is refused',
  async (flag) => {
    await expect(run(home, ['r', 'c', flag])).rejects.toThrow(UsageError)
  },
)

test.each([
  ['--post-renderer', 'x'],
  ['--post-renderer-args', 'x'],
  ['--keyring', 'x'],
])('%s is refused', async (...args) => {
  await expect(run(home, ['r', 'c', ...args])).rejects.toThrow(UsageError)
})

describe('--explain', () => {
  const files = {
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'web/values.yaml': 'color: red\nsize: 1\ntag: "1"\nnote: none\n',
    'web/crds/c.yaml':
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: cs.example.com\n',
    'web/templates/_helpers.tpl': '{{ define "name" }}{{ .Release.Name }}-{{ .Values.tag }}{{ end }}',
    'web/templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "name" . }}\ndata:\n  color: {{ .Values.color }}\n  size: "{{ .Values.size }}"\n  note: {{ .Values.note }}\n',
    'web/templates/s.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  token: {{ .Values.token }}\n',
    'prod.yaml': '# of production\ncolor: blue\nsize: 2\n',
    'note.txt': 'from a file',
  }
  const args = [
    ...['r', './web', '--explain', '--include-crds', '-f', 'prod.yaml'],
    ...['--set', 'size=3', '--set', 'token=hunter2,unused=1', '--set-file', 'note=note.txt'],
  ]

  test('names the template line and the file, line or flag of each value', async () => {
    const { stdout, code } = await run(write(files), args)
    const lines = stdout.split('\n').map((line) => line.trim())
    expect(lines).toEqual(
      expect.arrayContaining([
        'CustomResourceDefinition/cs.example.com',
        'metadata.name: "cs.example.com"  # web/crds/c.yaml:4:9',
        'ConfigMap/r-1',
        'web/templates/a.yaml',
        'kind: "ConfigMap"  # web/templates/a.yaml:2:7',
        'metadata.name: "r-1"  # web/templates/a.yaml:4:9 > web/templates/_helpers.tpl:1:20; .Values.tag: web/values.yaml:3:1; .Release.Name',
        'data.color: "blue"  # web/templates/a.yaml:6:10; .Values.color: prod.yaml:2:1',
        'data.size: "3"  # web/templates/a.yaml:7:10; .Values.size: --set size',
        'data.note: "from a file"  # web/templates/a.yaml:8:9; .Values.note: --set-file note',
        'stringData.token: ***  # web/templates/s.yaml:6:10; .Values.token: --set',
      ]),
    )
    expect(stdout).not.toContain('hunter2')
    expect(code).toBe(0)
  })

  test('keeps to --show-only, and refuses --output-dir', async () => {
    const dir = write(files)
    const only = await run(dir, [...args, '-s', 'templates/s.yaml'])
    expect(only.stdout.match(/^\w+\/.*$/gm)).toEqual(['Secret/s'])
    expect((await run(dir, [...args, '-s', 'templates/x.yaml'])).stderr).toBe(
      'Error: could not find template templates/x.yaml in chart',
    )
    await expect(run(dir, [...args, '--output-dir', 'out'])).rejects.toThrow(UsageError)
  })
})
