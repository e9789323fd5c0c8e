import { describe, expect, it } from 'vitest'
import type { GoMap } from '../../../src/gotemplate/index.ts'
import { decodeYaml } from '../../../src/helm/functions/encoding.ts'
import { RecentYaml } from '../../../src/helm/functions/recent-yaml.ts'

function counted(): { recent: RecentYaml; asked: string[] } {
  const asked: string[] = []
  const recent = new RecentYaml((text) => {
    asked.push(text)
    return decodeYaml(text)
  })
  return { recent, asked }
}

describe('YAML that was read before', () => {
  it('is decoded once, and every caller has a value of its own', () => {
    const { recent, asked } = counted()
    const text = 'a: {b: [1, {c: x}]}\n__proto__: {d: 1}\n'
    const first = recent.decode(text) as GoMap
    ;(first['a'] as GoMap)['b'] = 'changed'
    const second = recent.decode(text) as GoMap
    expect(asked).toEqual([text])
    expect(second).toEqual(decodeYaml(text))
    expect(Object.keys(second)).toEqual(['a', '__proto__'])
    expect(JSON.stringify(second)).toBe('{"a":{"b":[1,{"c":"x"}]},"__proto__":{"d":1}}')
    expect(Object.getPrototypeOf(second)).toBe(Object.prototype)
  })

  const aliases = `a: &x ${'x'.repeat(1_000)}\nb: [${'*x, '.repeat(20)}]`

  it('is not kept where it is long, becomes large, is wrong, or no JSON', () => {
    for (const text of [`a: ${'x'.repeat(9_000)}`, aliases, 'a: [', 'a: [-0.0]']) {
      const { recent, asked } = counted()
      for (let i = 0; i < 2; i++) {
        try {
          expect(recent.decode(text)).toEqual(decodeYaml(text))
        } catch (error) {
          expect(error).toHaveProperty('name', 'GoError')
        }
      }
      expect(asked).toHaveLength(2)
    }
  })

  it('is forgotten before it is much', () => {
    const { recent, asked } = counted()
    const texts = Array.from({ length: 140 }, (_, i) => `k${i}: ${'x'.repeat(8_000)}`)
    for (const text of [...texts, ...texts]) recent.decode(text)
    expect(asked.length).toBeGreaterThan(140)
  })
})
