import { expect, test } from 'vitest'
import { countBefore } from '../../../src/base/index.ts'

test.each([
  [[], 3, 0],
  [[1, 3, 3, 5], 0, 0],
  [[1, 3, 3, 5], 3, 1],
  [[1, 3, 3, 5], 4, 3],
  [[1, 3, 3, 5], 9, 4],
])('of %j so many are below %d: %d', (items, limit, count) => {
  expect(countBefore(items, (item) => item < limit)).toBe(count)
})

test('a long list is halved', () => {
  let asked = 0
  const items = Array.from({ length: 100_000 }, (_, i) => i)
  const isBelow = (item: number): boolean => {
    asked++
    return item < 77_777
  }
  expect(countBefore(items, isBelow)).toBe(77_777)
  expect(asked).toBeLessThan(20)
})
