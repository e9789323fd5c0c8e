import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/index.ts'
import { type Answer, deployment, TestCluster } from './cluster.ts'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'

const JSON_BODY = `{
  "apiVersion": "apps/v1",
  "kind": "Deployment",
  "metadata": { "name": "first", "name": "web", "unknownMeta": "x", "annotations": { "app": "a\\"{" } },
  "spec": {
    "unknown1": "a",
    "unknownDupe": { "x": 1, "x": 2 },
    "unknownDupe": "b",
    "paused": true,
    "paused": false,
    "selector": { "matchLabels": { "app": "web" } },
    "template": {
      "metadata": { "labels": { "app": "web" } },
      "spec": {
        "containers": [
          { "name": "main", "image": "nginx:1.27", "unknownNested": 1, "imagePullPolicy": "Always", "imagePullPolicy": "Never" }
        ]
      }
    }
  }
}`

const YAML_BODY = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: first
  name: web
spec:
  zone: a
  paused: true
  paused: false
  area: b
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: main
          image: nginx:1.27
`

const WRONG = [
  'duplicate field "metadata.name"',
  'unknown field "metadata.unknownMeta"',
  'unknown field "spec.unknown1"',
  'unknown field "spec.unknownDupe"',
  'duplicate field "spec.paused"',
  'unknown field "spec.template.spec.containers[0].unknownNested"',
  'duplicate field "spec.template.spec.containers[0].imagePullPolicy"',
]

function warnings(answer: Answer): string[] {
  return (answer.headers['warning'] ?? '')
    .split(/, (?=299 )/)
    .filter(Boolean)
    .map((text) => text.replace(/^299 - "|"$/g, '').replace(/\\(.)/g, '$1'))
}

function send(query: string, body: string, type = 'application/json'): Answer {
  return new TestCluster().request('POST', `${DEPLOYMENTS}${query}`, body, { 'content-type': type })
}

describe('duplicate keys of a created object', () => {
  it('are errors when strict, in the order of the text', () => {
    const answer = send('?fieldValidation=Strict', JSON_BODY)
    expect([answer.status, answer.body['message']]).toEqual([
      400,
      `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${WRONG.join(', ')}`,
    ])
  })

  it.each(['', '?fieldValidation=Warn'])('are warnings with query "%s"', (query) => {
    const answer = send(query, JSON_BODY)
    expect(answer.status).toBe(201)
    expect((answer.body['metadata'] as JsonObject)['name']).toBe('web')
    expect(warnings(answer)).toEqual(WRONG)
  })

  it('are nothing when ignored', () => {
    expect(warnings(send('?fieldValidation=Ignore', JSON_BODY))).toEqual([])
  })

  it('of YAML name the line, and unknown fields follow by name', () => {
    const strict = send('?fieldValidation=Strict', YAML_BODY, 'application/yaml')
    expect([strict.status, strict.body['message']]).toEqual([
      400,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: yaml: unmarshal errors:\n' +
        '  line 5: key "name" already set in map\n  line 9: key "paused" already set in map, ' +
        'unknown field "spec.area", unknown field "spec.zone"',
    ])
    expect(warnings(send('', YAML_BODY, 'application/yaml'))).toEqual([
      'line 5: key "name" already set in map',
      'line 9: key "paused" already set in map',
      'unknown field "spec.area"',
      'unknown field "spec.zone"',
    ])
  })

  it.each([
    ['a key that is written in two ways', '{"data":{"a":"1","\\u0061":"2"}}', ['duplicate field "data.a"']],
    ['quotes and brackets in texts', '{"data":{"a":"{\\"b\\":1,\\"b\\":2}","b":"]}"}}', []],
    ['the same key in neighbours', '{"data":{"a":"1"},"metadata":{"labels":{"a":"1"}}}', []],
    ['a label', '{"metadata":{"labels":{"a":"1","a":"2"}}}', ['duplicate field "metadata.labels.a"']],
  ])('%s', (_what, text, expected) => {
    const body = text
      .replace('{', '{"apiVersion":"v1","kind":"ConfigMap",')
      .replace(/^(?!.*"metadata")\{/, '{"metadata":{},')
    const answer = new TestCluster().request('PUT', '/api/v1/namespaces/default/configmaps/none', body)
    // The object does not exist: what the body is like is told all the same.
    expect(answer.status).toBe(404)
    expect(warnings(answer)).toEqual(expected)
  })
})

describe('duplicate keys of a patch', () => {
  function patched(type: string, body: string, query: string): Answer {
    const cluster = new TestCluster()
    cluster.post(DEPLOYMENTS, deployment('web'))
    return cluster.request('PATCH', `${DEPLOYMENTS}/web${query}`, body, { 'content-type': `application/${type}` })
  }

  const MERGE = '{"spec":{"unknownDupe":1,"unknownDupe":2,"another":1,"paused":true,"paused":false}}'
  const MERGE_WRONG = [
    'duplicate field "spec.unknownDupe"',
    'duplicate field "spec.paused"',
    'unknown field "spec.another"',
    'unknown field "spec.unknownDupe"',
  ]
  it.each(['merge-patch+json', 'strategic-merge-patch+json'])('%s', (type) => {
    const strict = patched(type, MERGE, '?fieldValidation=Strict')
    expect(strict.status).toBe(422)
    expect(String(strict.body['message']).endsWith(`strict decoding error: ${MERGE_WRONG.join(', ')}`)).toBe(true)
    const answer = patched(type, MERGE, '')
    expect([answer.status, warnings(answer)]).toEqual([200, MERGE_WRONG])
  })

  it('json-patch+json: of its operations, not of their values', () => {
    const body = `[
      {"op":"add","path":"/spec/unknown1","value":{"a":1,"a":2},"foo":"bar"},
      {"op":"add","path":"/spec/unknown2","path":"/spec/unknown3","value":"x"}]`
    const wrong = [
      'json patch unknown field "[0].foo"',
      'json patch duplicate field "[1].path"',
      'unknown field "spec.unknown1"',
      'unknown field "spec.unknown3"',
    ]
    const answer = patched('json-patch+json', body, '')
    expect([answer.status, warnings(answer)]).toEqual([200, wrong])
    const strict = patched('json-patch+json', body, '?fieldValidation=Strict')
    expect(String(strict.body['message']).endsWith(`strict decoding error: ${wrong.join(', ')}`)).toBe(true)
  })

  it('apply-patch+yaml, of YAML and of JSON', () => {
    const yaml = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  paused: true\n  paused: false\n'
    const strict = patched('apply-patch+yaml', yaml, '?fieldValidation=Strict&fieldManager=a')
    expect([strict.status, strict.body['message']]).toEqual([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "paused" already set in map',
    ])
    const json = '{"apiVersion":"apps/v1","kind":"Deployment","spec":{"paused":true,\n"paused":false}}'
    const answer = patched('apply-patch+yaml', json, '?fieldManager=a')
    expect([answer.status, warnings(answer)]).toEqual([200, ['line 2: key "paused" already set in map']])
  })
})
