import { expect, test } from 'vitest'
import { type Command, findCommand, parseFlags, UsageError } from '../../../src/cli/command.ts'
import { loadCommands } from '../../../src/cli/commands.ts'

const command: Command = {
  path: ['get', 'kustomizations'],
  aliases: ['ks', 'kustomization'],
  about: '',
  flags: {
    'all-namespaces': { type: 'boolean', short: 'A', about: '' },
    namespace: { type: 'string', short: 'n', default: 'flux-system', about: '' },
    set: { type: 'string', multiple: true, about: '' },
  },
  run: async () => 0,
}

test.each([
  ['flags as words', ['-n', 'apps', 'web'], { namespace: 'apps' }, ['web']],
  ['flags with =', ['--namespace=apps'], { namespace: 'apps' }, []],
  ['booleans with a value, as Go has them', ['--all-namespaces=true'], { 'all-namespaces': true }, []],
  ['booleans set to false', ['--all-namespaces=false'], { 'all-namespaces': false }, []],
  ['defaults', [], { namespace: 'flux-system' }, []],
  ['repeated flags', ['--set', 'a=1', '--set', 'b=2'], { set: ['a=1', 'b=2'] }, []],
])('parses %s', (_, words, flags, args) => {
  const parsed = parseFlags(command, words)
  expect(parsed.flags).toMatchObject(flags)
  expect(parsed.args).toEqual(args)
})

test('an unknown flag is a usage error that names it', () => {
  expect(() => parseFlags(command, ['--nope'])).toThrow(UsageError)
  expect(() => parseFlags(command, ['--nope'])).toThrow("'--nope'")
})

test('the longest path wins, and aliases count', () => {
  const short: Command = { ...command, path: ['get'], aliases: [] }
  expect(findCommand([short, command], ['get', 'ks', 'x'])).toMatchObject({ command, rest: ['x'] })
  expect(findCommand([short, command], ['get', 'x'])).toMatchObject({ command: short, rest: ['x'] })
  expect(findCommand([command], ['put'])).toBeUndefined()
})

// design.md section 9: the names scripts rely on.
test.each([
  'kustomize build',
  'helm template',
  'build ks',
  'build all',
  'lint',
  'cluster start',
  'cluster stop',
  'run',
  'lsp',
  'get kustomizations',
  'get ks',
  'get sources git',
  'get source oci',
  'get sources all',
  'get all',
  'get hr',
  'get artifacts generators',
  'reconcile ks',
  'reconcile source git',
  'suspend hr',
  'resume image update',
  'export source git',
  'tree ks',
])('%s is a command', async (line) => {
  const words = line.split(' ')
  expect(findCommand(await loadCommands(words[0]), words)?.rest).toEqual([])
})
