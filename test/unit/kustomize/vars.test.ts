import { describe, expect, it } from 'vitest'
import { expandVariables } from '../../../src/kustomize/vars.ts'
import { checkBuild } from './check-build.ts'

describe('expandVariables', () => {
  const values: Record<string, string | number> = { A: 'x', N: 7 }
  it.each([
    ['plain', 'plain'],
    ['$(A)', 'x'],
    ['$(N)', 7],
    ['n=$(N)', 'n=7'],
    ['$$(A)', '$(A)'],
    ['$(B)-$(A)', '$(B)-x'],
    ['$(A', '$(A'],
    ['$x', '$x'],
    ['end$', 'end$'],
  ])('%s', (text, expected) => {
    expect(expandVariables(text, (name) => values[name] ?? `$(${name})`)).toBe(expected)
  })
})

describe('vars', () => {
  it('take the final name of an object', () => {
    checkBuild(
      `#- kustomization.yaml
resources: [r.yaml]
namePrefix: p-
vars:
- name: NAME
  objref: {apiVersion: v1, kind: Service, name: s}
#- r.yaml
apiVersion: v1
kind: Service
metadata: {name: s}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, args: [--to=$(NAME), $(OTHER)]}]}
`,
      `apiVersion: v1
kind: Service
metadata:
  name: p-s
---
apiVersion: v1
kind: Pod
metadata:
  name: p-p
spec:
  containers:
  - args:
    - --to=p-s
    - $(OTHER)
    name: c
`,
    )
  })
})
