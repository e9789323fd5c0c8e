// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of post-build substitution.
import { expect, test } from 'vitest'
import { type JsonObject, MemoryFileSystem } from '../../../src/base/index.ts'
import { buildKustomization, loadVariables, variableData } from '../../../src/flux/index.ts'
import type { KubeObject } from '../../../src/kube/index.ts'
import { build } from '../../../src/kustomize/index.ts'

interface Options {
  readonly spec?: KubeObject['metadata'] | Record<string, never>
  readonly variables?: Readonly<Record<string, string>>
  readonly strict?: boolean
  readonly unknown?: readonly string[]
}

function buildOne(manifest: string, options: Options = {}): ReturnType<typeof buildKustomization> {
  const fs = new MemoryFileSystem([['/repo/apps/a.yaml', manifest]])
  return buildKustomization({
    kustomization: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'flux-system' },
      spec: { path: './apps', postBuild: {}, ...options.spec },
    },
    fs,
    root: '/repo',
    build,
    variables: options.variables === undefined ? undefined : new Map(Object.entries(options.variables)),
    ...(options.strict === undefined ? {} : { strict: options.strict }),
    ...(options.unknown === undefined ? {} : { unknownVariable: (name: string) => options.unknown!.includes(name) }),
  })
}

function configMap(data: string, metadata = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a${metadata} }\ndata: { ${data} }\n`
}

test.each([
  ['a: "${x}"', { x: 'text' }, { a: 'text' }],
  ['a: "${x}"', { x: '8080' }, { a: 8080 }],
  ['a: "${x}"', { x: '"8080"' }, { a: '8080' }],
  ['a: "v-${x}"', { x: '1' }, { a: 'v-1' }],
  ['a: "${x:=d}"', { y: '' }, { a: 'd' }],
  ['a: "$${x}"', { x: '1' }, { a: '${x}' }],
  ['a: "$x"', { x: '1' }, { a: '$x' }],
  ['a: "${x}"', { x: 'true' }, { a: true }],
])('%s with %j', (data, variables, wanted) => {
  const { objects, problems } = buildOne(configMap(data), { variables })
  expect(problems).toEqual([])
  expect(objects[0]!.object['data']).toEqual(wanted)
})

test('an unset variable is an error at the place where it stands', () => {
  const text = configMap('a: "${one} ${two}"')
  const [problem] = buildOne(text, { variables: { one: '1' } }).problems
  expect(problem!.message).toBe(
    `post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: variable substitution failed: variable not set (strict mode): "two"`,
  )
  expect(problem!.location?.path).toBe('apps/a.yaml')
  const { start, end } = problem!.location!.range!
  expect(text.slice(start, end)).toBe('${two}')
})

test('without strict it stands for nothing, and an unknown one stays as written', () => {
  expect(
    buildOne(configMap('a: "x${two}"'), { variables: { one: '1' }, strict: false }).objects[0]!.object['data'],
  ).toEqual({ a: 'x' })
  expect(
    buildOne(configMap('a: "x${two}"'), { variables: { one: '1' }, unknown: ['two'] }).objects[0]!.object['data'],
  ).toEqual({
    a: 'x${two}',
  })
})

test.each(['labels', 'annotations'])('an object opts out by its %s', (field) => {
  const manifest = configMap('a: "${x}"', `, ${field}: { kustomize.toolkit.fluxcd.io/substitute: disabled }`)
  expect(buildOne(manifest, { variables: { y: '1' } }).objects[0]!.object['data']).toEqual({ a: '${x}' })
})

test('without variables nothing is substituted, unless the strategy is Always', () => {
  const manifest = configMap('a: "${x:=d}"')
  expect(buildOne(manifest, { variables: {} }).objects[0]!.object['data']).toEqual({ a: '${x:=d}' })
  const spec = { postBuild: { substituteStrategy: 'Always' } } as unknown as Options['spec']
  expect(buildOne(manifest, { variables: {}, spec: spec! }).objects[0]!.object['data']).toEqual({ a: 'd' })
})

test('a variable whose name is none', () => {
  expect(buildOne(configMap('a: b'), { variables: { 'a-b': '1' } }).problems[0]!.message).toContain(
    `'a-b' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
  )
})

test('later sources win over earlier ones, inline variables over all; line feeds are taken out', () => {
  const kustomization: JsonObject = {
    spec: {
      postBuild: {
        substitute: { c: 'inline\n' },
        substituteFrom: [
          { kind: 'ConfigMap', name: 'one' },
          { kind: 'Secret', name: 'two' },
          { kind: 'Secret', name: 'three', optional: true },
        ],
      },
    },
  }
  const sources: Record<string, KubeObject> = {
    one: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { a: 'one\n', b: 'one', c: 'one' } },
    two: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'two' }, data: { b: 'dHfDtg==' } },
  }
  const loaded = loadVariables(kustomization, ({ name }) =>
    sources[name] === undefined ? { missing: 'not there' } : { data: variableData(sources[name]) },
  )
  expect(loaded.problems).toEqual([])
  expect(Object.fromEntries(loaded.value!)).toEqual({ a: 'one', b: 'twö', c: 'inline' })
})

test('a source that is missing and not optional', () => {
  const kustomization = { spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 's' }] } } }
  const location = { path: 'ks.yaml' }
  expect(
    loadVariables(
      kustomization,
      () => ({ missing: 'secrets "s" not found' }),
      () => location,
    ).problems,
  ).toEqual([
    {
      code: 'flux/substitute-from',
      severity: 'error',
      message: `substitute from 'Secret/s' error: secrets "s" not found`,
      location,
    },
  ])
})
