import { expect, test } from 'vitest'
import { formatTable, shortenHex } from '../../../src/cli/output.ts'

// The layout of flux2's own golden files (cmd/flux/testdata): padded cells parted by tabs, a tab after each row's last.
test('tables look as the flux CLI prints them', () => {
  const rows = [
    ['podinfo', 'main@sha1:696f056d', 'False', 'True', 'Fetched revision: main@sha1:696f056d'],
    ['podinfo-shard1', 'main@sha1:696f056d', 'False', 'True', 'Fetched revision: main@sha1:696f056d'],
  ]
  expect(formatTable(['Name', 'Revision', 'Suspended', 'Ready', 'Message'], rows)).toBe(
    [
      'NAME          \tREVISION          \tSUSPENDED\tREADY\tMESSAGE                             ',
      'podinfo       \tmain@sha1:696f056d\tFalse    \tTrue \tFetched revision: main@sha1:696f056d\t',
      'podinfo-shard1\tmain@sha1:696f056d\tFalse    \tTrue \tFetched revision: main@sha1:696f056d\t',
      '',
    ].join('\n'),
  )
})

test('without a header only the rows are printed', () => {
  expect(formatTable([], [['a', 'b']])).toBe('a\tb\t\n')
})

test.each([
  ['main@sha1:67e2c98a60dc92283531412a9e604dd4bae005a9', 'main@sha1:67e2c98a'],
  ['6.3.5', '6.3.5'],
  ['short deadbeef stays', 'short deadbeef stays'],
])('%s is shortened to %s', (text, expected) => {
  expect(shortenHex(text)).toBe(expected)
})
