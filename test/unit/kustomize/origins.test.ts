import { describe, expect, it } from 'vitest'
import { buildFixture, filesOf } from './check-build.ts'

const fixture = `#- overlay/kustomization.yaml
resources: [../base]
namePrefix: p-
images:
- name: nginx
  newTag: "2"
patches:
- path: patch.yaml
#- overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 3
#- base/kustomization.yaml
resources: [app.yaml]
#- base/app.yaml
# The application.
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
      - name: main
        image: nginx:1
`

describe('originOf', () => {
  const files = filesOf(fixture)
  const built = buildFixture(fixture)
  const textAt = (path: (string | number)[]): [string | undefined, string | undefined] => {
    const step = built.objects[0]?.originOf(path)
    const range = step?.range
    const text = step && files.get(step.path.slice('/r/'.length))
    return [step?.step, range && text?.slice(range.start, range.end).trim()]
  }

  it.each([
    ['a field as read', ['spec', 'template', 'spec', 'containers', 0, 'name'], 'resource', 'main'],
    ['a field of a patch', ['spec', 'replicas'], 'patches', '3'],
    ['a changed name', ['metadata', 'name'], 'namePrefix', 'namePrefix: p-'],
    ['a changed image', ['spec', 'template', 'spec', 'containers', 0, 'image'], 'images', 'name: nginx\n  newTag: "2"'],
  ])('finds %s', (_, path, step, text) => {
    expect(textAt(path)).toEqual([step, text])
  })

  it('finds the first of two JSON patches', () => {
    const patch = (path: string, value: string): string =>
      `- target: {kind: A}\n  patch: '[{"op": "add", "path": "/spec/${path}", "value": "${value}"}]'\n`
    const text = `#- kustomization.yaml\nresources: [x.yaml]\npatches:\n${patch('a', 'one')}${patch('b', 'two')}#- x.yaml\nkind: A\napiVersion: v1\nmetadata: {name: here}\nspec: {a: zero, b: zero, c: zero}\n`
    const [object] = buildFixture(text).objects
    const setBy = (field: string): string | undefined => {
      const step = object?.originOf(['spec', field])
      return filesOf(text)
        .get(step?.path.slice('/r/'.length) ?? '')
        ?.slice(step?.range?.start, step?.range?.end)
    }
    expect(setBy('a')).toContain('one')
    expect(setBy('b')).toContain('two')
    expect(setBy('c')).toBe('zero')
  })

  it('counts both characters of wide line breaks', () => {
    const wide =
      '#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\n---\r\nkind: A\r\napiVersion: v1\r\nmetadata:\r\n  name: here\r\n'
    const range = buildFixture(wide).objects[0]?.originOf(['metadata', 'name'])?.range
    expect(filesOf(wide).get('x.yaml')?.slice(range?.start, range?.end)).toBe('here')
  })

  it('lists the steps of an object', () => {
    expect(built.objects[0]?.origins.map(({ step }) => step)).toEqual(['resource', 'patches', 'namePrefix', 'images'])
  })
})

describe('problems', () => {
  it.each([
    ['an unknown field', '#- kustomization.yaml\nresources: []\nnope: 1\n', 'kustomization.yaml', 'nope'],
    ['a missing resource', '#- kustomization.yaml\nresources:\n- a.yaml\n', 'kustomization.yaml', 'a.yaml'],
    ['a wrong type', '#- kustomization.yaml\nnamespace: 1\n', 'kustomization.yaml', 'namespace'],
    [
      'an object without name',
      '#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\nkind: A\napiVersion: v1\n',
      'x.yaml',
      'kind: A\napiVersion: v1',
    ],
    ['broken YAML', '#- kustomization.yaml\nresources: [x.yaml]\n#- x.yaml\na: b\nc: [\n', 'x.yaml', undefined],
    [
      'a patch without target',
      '#- kustomization.yaml\nresources: []\npatches:\n- patch: "[{op: remove, path: /a}]"\n',
      'kustomization.yaml',
      'patch: "[{op: remove, path: /a}]"',
    ],
  ])('point at %s', (_, files, path, text) => {
    const { problems } = buildFixture(files)
    const location = problems[0]?.location
    expect(location?.path).toBe(`/r/${path}`)
    const source = filesOf(files).get(path)!
    if (text !== undefined) expect(source.slice(location?.range?.start, location?.range?.end).trim()).toBe(text)
  })
})
