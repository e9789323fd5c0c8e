/** fluxcd/pkg envsubst's own tables: parse trees, expansion, expansion in strict mode. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type EnvNode, evaluate, parse } from '../../../src/envsubst/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

interface Case {
  readonly id: string
  readonly input: string
  readonly vars?: Record<string, string>
  readonly output?: string
  readonly error?: string
  readonly tree?: unknown
}

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const name of ['parse', 'expand', 'expand-strict']) {
    const { cases } = JSON.parse(readFileSync(join(corpusDir, `${name}.json`), 'utf8')) as { cases: Case[] }
    for (const c of cases) if (filter(c.id)) yield c.tree === undefined ? expand(c, name.endsWith('strict')) : tree(c)
  }
}

function tree(c: Case): CaseResult {
  const { value, problems } = parse(c.input)
  const got = problems.length > 0 ? problems[0]!.message : plain(value)
  return { id: c.id, pass: isDeepStrictEqual(got, c.tree), detail: JSON.stringify({ expected: c.tree, got }) }
}

function plain(node: EnvNode): unknown {
  if (node.kind === 'text') return { text: node.value }
  if (node.kind === 'list') return { list: node.nodes.map(plain) }
  return {
    param: node.param,
    ...(node.name === '' ? {} : { func: node.name }),
    ...(node.args.length === 0 ? {} : { args: node.args.map(plain) }),
  }
}

function expand(c: Case, strict: boolean): CaseResult {
  const { value, problems } = evaluate(c.input, (name) => c.vars?.[name], { strict })
  const got = problems[0]?.message
  const pass = c.error === undefined ? got === undefined && value === c.output : got?.includes(c.error) === true
  return { id: c.id, pass, detail: JSON.stringify({ expected: c.output ?? c.error, got: got ?? value }) }
}

export const suite: ConformanceSuite = { name: 'envsubst', corpus: 'conformance/envsubst', run }
