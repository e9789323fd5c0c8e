import { describe, expect, test } from 'vitest'
import { encodeText } from '../../../src/base/index.ts'
import { ChartError, chooseVersion, parseIndex, resolveChartUrl } from '../../../src/source/index.ts'

const index = (text: string): ReturnType<typeof parseIndex> => parseIndex(encodeText(text))

describe('choosing a version', () => {
  const offered = ['0.1.0', '1.0.0', '1.2.0', '1.2.1', '2.0.0-rc.1', 'v1.1.0', '1.9', 'latest'].map((version) => ({
    version,
  }))
  test.each([
    ['', '1.2.1'],
    ['*', '1.2.1'],
    ['1.0.0', '1.0.0'],
    ['^1.0', '1.2.1'],
    ['~1.0', '1.0.0'],
    ['<1.2.0', 'v1.1.0'],
    ['1.1.0', 'v1.1.0'],
    ['>=2.0.0-0', '2.0.0-rc.1'],
    ['2.0.0-rc.1', '2.0.0-rc.1'],
    ['>= 1.0.0, < 1.2.1', '1.2.0'],
    ['0.x || ~1.0.0', '1.0.0'],
    // Exactly what is offered, although it is no full version.
    ['latest', 'latest'],
    ['1.9', '1.9'],
  ])('%j is %s', (expression, expected) => {
    expect(chooseVersion(offered, expression)?.version).toBe(expected)
  })

  test.each(['>=2', '3.x', '>1.2.1'])('nothing is offered for %j', (expression) => {
    expect(chooseVersion(offered, expression)).toBeUndefined()
  })

  test('what is no range is an error', () => {
    expect(() => chooseVersion(offered, 'newest')).toThrow(ChartError)
  })

  test('of versions that differ by build metadata the last made wins', () => {
    const builds = [
      { version: '1.0.0+b', created: 2 },
      { version: '1.0.0+c', created: 3 },
      { version: '1.0.0+a', created: 1 },
    ]
    expect(chooseVersion(builds, '1.x')?.version).toBe('1.0.0+c')
  })
})

const podinfo = `apiVersion: v1
entries:
  ingress:
  - name: ingress
    version: 4.0.0
    urls: [https://charts.example.com/ingress-4.0.0.tgz]
  podinfo:
    - apiVersion: v1
      name: podinfo
      created: "2026-01-02T03:04:05Z"
      description: |
        Looks like an entry:
          podinfo:
      digest: abc
      urls:
        - podinfo-6.5.0.tgz
      version: 6.5.0
    # no name
    - version: 6.4.0
      urls: [x.tgz]
    - name: podinfo
      version: not a version
      urls: [x.tgz]
    - name: podinfo
      version: 6.3.0
      type: gadget
      urls: [x.tgz]
    - null
generated: "2026-01-02T03:04:05Z"
`

describe('reading an index', () => {
  test('valid entries only', () => {
    const { names, versions } = index(podinfo)
    expect(names).toEqual(['ingress', 'podinfo'])
    expect(versions('podinfo')).toEqual([
      expect.objectContaining({
        version: '6.5.0',
        digest: 'abc',
        urls: ['podinfo-6.5.0.tgz'],
        created: Date.UTC(2026, 0, 2, 3, 4, 5),
      }),
    ])
    expect(versions('ingress')?.map((entry) => entry.version)).toEqual(['4.0.0'])
    expect(versions('nginx')).toBeUndefined()
  })

  test.each([
    ['JSON', JSON.stringify({ apiVersion: 'v1', entries: { a: [{ name: 'a', version: '1.0.0', urls: ['a.tgz'] }] } })],
    ['anchors', 'apiVersion: v1\nentries:\n  b: &shared\n  - {name: a, version: 1.0.0, urls: [a.tgz]}\n  a: *shared\n'],
    ['flow style', 'apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, urls: [a.tgz]}]}\n'],
    [
      'a document mark and Windows lines',
      '---\r\napiVersion: v1\r\nentries:\r\n  a:\r\n  - name: a\r\n    version: 1.0.0\r\n    urls: [a.tgz]\r\n',
    ],
    ['quoted names', `apiVersion: v1\nentries:\n  "a":\n  - name: a\n    version: 1.0.0\n    urls:\n    - a.tgz\n`],
  ])('%s', (_, text) => {
    expect(index(text).versions('a')).toEqual([
      expect.objectContaining({ name: 'a', version: '1.0.0', urls: ['a.tgz'] }),
    ])
  })

  test.each([
    ['', 'empty index.yaml file'],
    ['entries: {}\n', 'no API version specified'],
    ['entries:\n  a:\n  - name: a\n', 'no API version specified'],
    ['<html>404</html>', 'mapping'],
    ['apiVersion: [v1\n', 'YAML'],
  ])('%j is refused', (text, message) => {
    expect(() => index(text)).toThrow(message)
  })

  test('one chart of 10,000 entries is read without parsing the others', () => {
    const lines = ['apiVersion: v1', 'entries:']
    for (let chart = 0; chart < 500; chart++) {
      lines.push(`  chart-${chart}:`)
      for (let minor = 0; minor < 20; minor++) {
        lines.push(
          `  - name: chart-${chart}`,
          `    version: 1.${minor}.0`,
          `    urls:`,
          `    - chart-${chart}-1.${minor}.0.tgz`,
        )
      }
    }
    // A fault in another chart does not matter to those that are asked for.
    lines.push('  last:', '  - name: "unclosed')
    const parsed = index(`${lines.join('\n')}\n`)
    expect(parsed.names).toHaveLength(501)
    expect(chooseVersion(parsed.versions('chart-321') ?? [], '1.x')?.urls).toEqual(['chart-321-1.19.0.tgz'])
    expect(() => parsed.versions('last')).toThrow(ChartError)
  })
})

test.each([
  ['https://example.com/charts', 'a-1.tgz', 'https://example.com/charts/a-1.tgz'],
  ['https://example.com/charts/', './a-1.tgz', 'https://example.com/charts/a-1.tgz'],
  ['https://example.com/charts', '/a-1.tgz', 'https://example.com/a-1.tgz'],
  ['https://example.com/charts?token=x', 'a-1.tgz', 'https://example.com/charts/a-1.tgz?token=x'],
  ['https://example.com/charts?token=x', 'https://cdn.example.com/a-1.tgz', 'https://cdn.example.com/a-1.tgz'],
])('a chart of %s at %s is at %s', (repository, url, expected) => {
  expect(resolveChartUrl(repository, { name: 'a', urls: [url] })).toBe(expected)
})

test('an entry without URLs cannot be fetched', () => {
  expect(() => resolveChartUrl('https://example.com', { name: 'a', urls: [] })).toThrow(
    "chart 'a' has no downloadable URLs",
  )
})
