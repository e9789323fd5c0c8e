import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { isObject, type JsonObject, type JsonValue } from '../../../src/base/index.ts'
import { compareApplyOrder, objectMetaOf } from '../../../src/flux/index.ts'
import {
  compareValues,
  compileIgnoreRules,
  compileSelector,
  createFieldManager,
  createNormalizer,
  createTypeConverter,
  type DiffOperation,
  diffContent,
  diffMetadata,
  diffObject,
  type IgnoreRule,
  ignoredPaths,
  isImmutableError,
  isJob,
  isKubernetesObject,
  jobsWithTtl,
  type KubeObject,
  maskSecretPatch,
  maskSecrets,
  namedMetadata,
  type ObjectDiff,
  parseGroupKinds,
  stringifyJson,
  withCommonMetadata,
  withoutPaths,
} from '../../../src/kube/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

// biome-ignore lint/suspicious/noExplicitAny: corpus cases are read as they are, each suite with its own shape
type Case = any

/** Answers what went wrong, or nothing. */
type Check = (test: Case) => string | undefined

export const suite: ConformanceSuite = { name: 'ssa', corpus: 'conformance/ssa', run }

const registry = createSchemaRegistry()
const normalizer = createNormalizer(registry)

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const [name, check] of Object.entries(checks)) {
    const { cases } = JSON.parse(readFileSync(join(corpusDir, `${name}.json`), 'utf8')) as { cases: Case[] }
    for (const test of cases) {
      if (!filter(test.id)) continue
      let detail: string | undefined
      try {
        detail = check(test)
      } catch (error) {
        detail = error instanceof Error ? error.stack : String(error)
      }
      yield { id: test.id, pass: detail === undefined, ...(detail === undefined ? {} : { detail }) }
    }
  }
}

const checks: Readonly<Record<string, Check>> = {
  'common-metadata': (test) => {
    const objects = (test.objects as KubeObject[]).map((object) =>
      withCommonMetadata(object, test.labels, test.annotations),
    )
    for (const { metadata } of objects) {
      const fault = contains(metadata['labels'], test.labels) ?? contains(metadata['annotations'], test.annotations)
      if (fault !== undefined) return fault
    }
    return undefined
  },
  'group-kind-set': (test) => {
    const sorted = (set: Case[]) => set.map(({ group, kind }) => `${group}/${kind}`).sort()
    return same(sorted(parseGroupKinds(test.input)), sorted(test.set))
  },
  'immutable-error': (test) => same(isImmutableError(new Error(test.message)), test.immutable),
  jobs: (test) =>
    test.want === undefined
      ? same(jobsWithTtl(test.objects).length, test.count)
      : same(isJob({ apiVersion: test.apiVersion, kind: test.kind }), test.want),
  jsondiff: (test) => {
    const [x, y] = [test.x, test.y].map((object) => withoutPaths(object, test.options.ignorePaths ?? [])) as [
      JsonObject,
      JsonObject,
    ]
    const diff = test.scope === 'metadata' ? diffMetadata : diffContent
    return same(diff(x, y, { rationalize: test.options.rationalize === true }) as never, test.patch)
  },
  'jsondiff-copy-metadata': (test) => same(namedMetadata(test.u), test.want),
  'jsondiff-mask': (test) => same(maskSecretPatch(test.patch) as never, test.want),
  'jsondiff-selector': checkSelector,
  'jsondiff-server': (test) => new Server(test.cluster).check(test),
  normalize: (test) => {
    const got = test.kind === 'desired' ? normalizer.desired(test.object) : normalizer.dryRun(test.object)
    return same(got, test.want)
  },
  order: (test) => {
    const sorted = [...(test.objects as KubeObject[])].sort((a, b) =>
      compareApplyOrder(objectMetaOf(a), objectMetaOf(b)),
    )
    return same(sorted, test.sorted)
  },
  'read-objects': (test) => {
    const documents = parseAllDocuments(test.yaml).map((document) => document.toJS() as unknown)
    return same(documents.filter(isKubernetesObject).length, test.expected)
  },
  sanitize: (test) => {
    const got = maskSecrets(test.old ?? undefined, test.new ?? undefined)
    return same({ old: got.before ?? null, new: got.after ?? null }, test.want)
  },
}

function checkSelector(test: Case): string | undefined {
  const matches = compileSelector(test.selector ?? undefined)
  if (!matches.ok) return test.error === true ? undefined : matches.error
  const { match, group = '', version = '', kind = '' } = test
  const metadata: JsonObject = {}
  if (match === 'labels') metadata['labels'] = test.labels
  if (match === 'annotations') metadata['annotations'] = test.annotations
  if (match === 'name') metadata['name'] = test.n
  if (match === 'namespace') metadata['namespace'] = test.ns
  const made: JsonObject = { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata }
  return same(matches.value(match === 'object' ? (test.object ?? {}) : made), test.want)
}

/** An API server as far as a dry-run apply needs one: server-side apply in memory. */
class Server {
  readonly #objects = new Map<string, KubeObject>()
  readonly #manager = createFieldManager(createTypeConverter(registry))

  constructor(cluster: readonly KubeObject[]) {
    for (const object of cluster) {
      const applied = this.apply(object, 'dummy')
      this.#objects.set(key(object), { ...applied, metadata: { ...applied.metadata, uid: 'x', resourceVersion: '1' } })
    }
  }

  apply(object: KubeObject, manager: string): KubeObject {
    const outcome = this.#manager.apply(this.#objects.get(key(object)), object, { manager, now: 0, force: true })
    if (!outcome.ok) throw new Error(outcome.error.message)
    return defaulted(outcome.value.object)
  }

  check(test: Case): string | undefined {
    const rules = compileIgnoreRules((test.options.ignoreRules ?? []) as IgnoreRule[])
    if (!rules.ok) return test.error === true ? undefined : rules.error
    const diffs = (test.desired as KubeObject[]).map((object): ObjectDiff => {
      const ignorePaths = [...(test.options.ignorePaths ?? []), ...ignoredPaths(rules.value, object)]
      const dryRun = normalizer.dryRun(this.apply(object, 'dummy'))
      return diffObject(object, this.#objects.get(key(object)), dryRun, { ...test.options, ignorePaths })
    })
    for (const [i, want] of (test.want as Case[]).entries()) {
      const fault = same(diffs[i]!.type, want.type) ?? samePatch(diffs[i]!.patch, want.patch ?? [])
      if (fault !== undefined) return `${want.object.kind}: ${fault}`
    }
    return undefined
  }
}

/** The defaults that the cases' expectations show. */
function defaulted(object: KubeObject): KubeObject {
  const out = structuredClone(object) as Case
  if (out.kind === 'Deployment') {
    out.spec.replicas ??= 1
    for (const container of out.spec.template.spec.containers) {
      const latest = container.image.endsWith(':latest') || !container.image.includes(':')
      container.imagePullPolicy ??= latest ? 'Always' : 'IfNotPresent'
      container.terminationMessagePath ??= '/dev/termination-log'
      container.terminationMessagePolicy ??= 'File'
      container.resources ??= {}
    }
  }
  return out as KubeObject
}

function key(object: KubeObject): string {
  return `${object.kind}/${object.metadata['namespace']}/${object.metadata.name}`
}

function samePatch(got: readonly DiffOperation[], expected: JsonValue): string | undefined {
  return same(got as never, expected)
}

function contains(got: JsonValue | undefined, wanted: JsonObject): string | undefined {
  if (!isObject(got)) return 'missing'
  return Object.keys(wanted).every((name) => got[name] === wanted[name]) ? undefined : stringifyJson(got)
}

function same(got: JsonValue, expected: JsonValue): string | undefined {
  if (compareValues(got, expected) === 0) return undefined
  return `expected ${stringifyJson(expected)}\ngot      ${stringifyJson(got)}`
}
