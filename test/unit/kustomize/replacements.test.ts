import { describe, it } from 'vitest'
import { checkBuild, checkFailure } from './check-build.ts'

function fixture(target: string, source = 'source: {kind: S, fieldPath: spec.from}'): string {
  return `#- kustomization.yaml
resources: [r.yaml]
replacements:
- ${source}
  targets:
  - select: {kind: T}
${target}
#- r.yaml
apiVersion: v1
kind: S
metadata: {name: s}
spec: {from: one-two-three}
---
apiVersion: v1
kind: T
metadata: {name: t}
spec:
  text: a-b-c
  number: 7
  list: [{name: x, v: 1}, {name: y, v: 2}]
  json: '{"a": {"b": "c"}}'
`
}

function expected(spec: string): string {
  return `apiVersion: v1\nkind: S\nmetadata:\n  name: s\nspec:\n  from: one-two-three\n---\napiVersion: v1\nkind: T\nmetadata:\n  name: t\nspec:\n${spec}`
}

const json = `  json: '{"a": {"b": "c"}}'\n`
const list = '  list:\n  - name: x\n    v: 1\n  - name: "y"\n    v: 2\n'

describe('replacements', () => {
  it.each([
    ['a whole field', '    fieldPaths: [spec.text]', `${json}${list}  number: 7\n  text: one-two-three\n`],
    [
      'a part of a field',
      '    fieldPaths: [spec.text]\n    options: {delimiter: "-", index: 1}',
      `${json}${list}  number: 7\n  text: a-one-two-three-c\n`,
    ],
    [
      'before all parts',
      '    fieldPaths: [spec.text]\n    options: {delimiter: "-", index: -1}',
      `${json}${list}  number: 7\n  text: one-two-three-a-b-c\n`,
    ],
    [
      'elements by key',
      '    fieldPaths: ["spec.list.[name=x].v"]',
      `${json}  list:\n  - name: x\n    v: one-two-three\n  - name: "y"\n    v: 2\n  number: 7\n  text: a-b-c\n`,
    ],
    [
      'every element',
      '    fieldPaths: ["spec.list.*.v"]',
      `${json}  list:\n  - name: x\n    v: one-two-three\n  - name: "y"\n    v: one-two-three\n  number: 7\n  text: a-b-c\n`,
    ],
    [
      'a field that is made',
      '    fieldPaths: [spec.new.deep]\n    options: {create: true}',
      `${json}${list}  new:\n    deep: one-two-three\n  number: 7\n  text: a-b-c\n`,
    ],
    [
      'inside JSON text',
      '    fieldPaths: [spec.json.a.b]',
      `  json: '{"a":{"b":"one-two-three"}}'\n${list}  number: 7\n  text: a-b-c\n`,
    ],
  ])('writes %s', (_, target, spec) => {
    if (spec.includes('v: one-two-three')) {
      // The type of an element stays an integer, which the text is not.
      checkFailure(fixture(target), /cannot decode !!str `one-two-three` as a !!int/)
    } else checkBuild(fixture(target), expected(spec))
  })

  it.each([
    ['a field that is not there', fixture('    fieldPaths: [spec.none]'), /unable to find field "spec.none"/],
    ['a source that is not there', fixture('', 'source: {kind: None}'), /nothing selected by/],
    ['a source with two matches', fixture('', 'source: {version: v1}'), /multiple matches for selector/],
    [
      'an index out of bounds',
      fixture('', 'source: {kind: S, fieldPath: spec.from, options: {delimiter: "-", index: 9}}'),
      /options.index 9 is out of bounds/,
    ],
  ])('refuses %s', (_, files, message) => {
    checkFailure(files, message)
  })
})
