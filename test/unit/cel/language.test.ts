import { describe, expect, it } from 'vitest'
import { errorOf, evaluate } from './support.ts'

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3 == 7 && !(2 > 3)', true],
    ['-5 / 2', -2n],
    ['7 % -4', 3n],
    ['1.0 / 4.0', 0.25],
    ['1 < 2.5', true],
    ['1 == 1.0', 'no overload'],
    ['dyn(1) == 1.0', true],
    ["{'a': 1}.a", 1n],
    ["has({'a': 1}.b)", false],
    ['[1, 2, 3].map(x, x > 1, x * 2) == [4, 6]', true],
    ['[1, 2].exists(i, v, i == 1 && v == 2)', true],
    ["{'a': 1}.transformMap(k, v, v + 1)['a']", 2n],
    ["[{'n': 'b'}, {'n': 'a'}].sortBy(x, x.n)[0].n", 'a'],
    ['optional.of(1).optMap(x, x + 1).orValue(0)', 2n],
    ['[1, 2, 3].map(x, [10].map(y, x * y)[0]).sum()', 60n],
    ["'a' in ['b', 'a'] ? 'yes' : 'no'", 'yes'],
    ['r\'\\d\' + "\\u00e9"', '\\dé'],
    ["size('héé👑')", 4n],
  ])('%s', (text, want) => {
    const got = evaluate(text)
    if (want === 'no overload') expect(got).toHaveProperty('error', expect.stringContaining('no matching overload'))
    else expect(got).toEqual(want)
  })

  it('absorbs errors where the other side of a logical operator decides', () => {
    expect(evaluate('1 / 0 == 1 || true')).toBe(true)
    expect(evaluate('false && 1 / 0 == 1')).toBe(false)
    expect(evaluate('[0, 1].exists(x, 1 / x > 0)')).toBe(true)
    expect(errorOf('[0, 2].all(x, 1 / x >= 0)')).toBe('division by zero')
  })

  it('keeps variables of nested loops apart, also when names are reused', () => {
    expect(evaluate('[1, 2].map(x, [x].map(x, x + 10)[0] + x)[1]')).toBe(14n)
    expect(evaluate('[1, 2].all(x, [3].exists(y, y > x) && x < 3)')).toBe(true)
  })
})

describe('compile errors', () => {
  it.each([
    ['foo', "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^"],
    ["1 == 'a'", "<input>:1:3: found no matching overload for '_==_' applied to '(int, string)'"],
    ['1 +', "<input>:1:4: Syntax error: mismatched input '<EOF>' expecting"],
    ['object.', "Syntax error: no viable alternative at input '.'"],
    ["[1, 'a']", "<input>:1:5: expected type 'int' but found 'string'"],
    ["duration('1')", '<input>:1:10: invalid duration argument'],
    ["'a'.matches('(')", 'invalid matches argument'],
    ['9223372036854775808', 'invalid int literal'],
    ['1 @ 2', "token recognition error at: '@'"],
    ['[1].all(1, true)', 'argument must be a simple name'],
    ["'é' + x", "<input>:1:7: undeclared reference to 'x' (in container '')\n | 'é' + x\n | .．....^"],
  ])('%s', (text, want) => {
    expect(errorOf(text)).toEqual(expect.stringContaining(want))
  })
})

/** What cel-go 0.26.0 says of expressions that end early or have a token too many. */
describe('syntax errors as cel-go', () => {
  const start = (others: string): string =>
    `{${others}, 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`
  const operand = start("'[', '{', '(', '.', '-', '!'")
  it.each([
    ['object.true == 1', ["1:8: Syntax error: mismatched input 'true' expecting IDENTIFIER"]],
    [
      'object.true + object.false',
      [
        "1:8: Syntax error: mismatched input 'true' expecting IDENTIFIER",
        "1:22: Syntax error: mismatched input 'false' expecting IDENTIFIER",
      ],
    ],
    [
      'object.?in',
      [
        "1:9: Syntax error: mismatched input 'in' expecting {IDENTIFIER, ESC_IDENTIFIER}",
        '1:9: unsupported ident kind',
      ],
    ],
    [
      'object.-',
      [
        "1:8: Syntax error: no viable alternative at input '.-'",
        `1:9: Syntax error: mismatched input '<EOF>' expecting ${operand}`,
      ],
    ],
    ['object. 1', ["1:9: Syntax error: no viable alternative at input '. 1'"]],
    [
      'object[',
      [`1:8: Syntax error: mismatched input '<EOF>' expecting ${start("'[', '{', '(', '.', '-', '!', '?'")}`],
    ],
    ['size(', [`1:6: Syntax error: mismatched input '<EOF>' expecting ${start("'[', '{', '(', ')', '.', '-', '!'")}`]],
    ['[1,', ["1:4: Syntax error: missing ']' at '<EOF>'"]],
    ['!', [`1:2: Syntax error: extraneous input '<EOF>' expecting ${operand}`]],
    [
      'a ? : c',
      [
        `1:5: Syntax error: extraneous input ':' expecting ${operand}`,
        "1:8: Syntax error: mismatched input '<EOF>' expecting ':'",
      ],
    ],
  ])('%s', (text, want) => {
    const lines = String(errorOf(text)).split('\n')
    expect(lines.filter((line) => line.startsWith('ERROR'))).toEqual(want.map((issue) => `ERROR: <input>:${issue}`))
  })
})

describe('hostile expressions', () => {
  it('prints a hundred errors at most', () => {
    const lines = String(errorOf('@'.repeat(90_000))).split('\n')
    expect(lines).toHaveLength(301)
    expect(lines.at(-1)).toBe('1 more errors were truncated')
    expect(
      String(errorOf(`${'x.y + '.repeat(150)}1`))
        .split('\n')
        .at(-1),
    ).toBe('50 more errors were truncated')
  })

  it('refuses deep nesting', () => {
    expect(errorOf(`${'('.repeat(1000)}1${')'.repeat(1000)}`)).toContain('recursion limit')
    expect(errorOf(`object${'.a'.repeat(5000)}`)).toBe('ERROR: <input>:-1:0: max recursion depth exceeded')
    expect(errorOf(`1${'+1'.repeat(251)}`)).toBe('ERROR: <input>:-1:0: max recursion depth exceeded')
    expect(evaluate(`1${'+1'.repeat(250)}`)).toBe(251n)
    expect(errorOf(`${'(1+'.repeat(125)}1${')'.repeat(125)}`)).toBe(
      'ERROR: <input>:-1:0: expression recursion limit exceeded: 250',
    )
    expect(evaluate(`${'(1+'.repeat(124)}1${')'.repeat(124)}`)).toBe(125n)
    expect(errorOf(`1${' '.repeat(100_000)}`)).toBe(
      'ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100001, limit 100000',
    )
  })

  it('stops when the budget is used up', () => {
    const nested = 'lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))'
    expect(errorOf(nested)).toBe('operation cancelled: actual cost limit exceeded')
    expect(errorOf('lists.range(1000000000)')).toBe('operation cancelled: actual cost limit exceeded')
  })

  it('stops loops whose elements cost nothing', () => {
    const object = { l: Array.from({ length: 20_000 }, (_, i) => i) }
    const start = performance.now()
    expect(errorOf('object.l.all(x, object.l.filter(y, false).size() == 0)', object)).toContain('cost limit exceeded')
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('compiles chains of optMap in linear time', () => {
    const chain = `optional.of(1)${'.optMap(x, x + 1)'.repeat(60)}`
    expect(evaluate(`${chain}.value()`)).toBe(61n)
  })

  it('does not reach into prototypes', () => {
    expect(evaluate("'__proto__' in object || 'constructor' in object", { a: 1 })).toBe(false)
    expect(errorOf('object.toString', {})).toBe('no such key: toString')
  })
})
