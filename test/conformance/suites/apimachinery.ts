import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject, JsonValue } from '../../../src/base/index.ts'
import * as kube from '../../../src/kube/index.ts'
import type { CaseResult, ConformanceSuite } from '../types.ts'

// biome-ignore lint/suspicious/noExplicitAny: corpus cases are read as they are, each suite with its own shape
type Case = any

/** Answers what went wrong, or nothing. */
type Check = (test: Case) => string | undefined

export const suite: ConformanceSuite = { name: 'apimachinery', corpus: 'conformance/apimachinery', run }

function* run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> {
  for (const [name, check] of Object.entries(checks)) {
    const file = JSON.parse(readFileSync(join(corpusDir, `${name}.json`), 'utf8')) as { cases: Case[] }
    for (const test of file.cases) {
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
  'dry-run': (test) => same(kube.checkDryRun(test.dryRun).length === 0, test.valid),
  'duration-human': (test) => {
    const milliseconds = Number(BigInt(test.nanoseconds) / 1_000_000n)
    const write = test.kind === 'human' ? kube.humanDuration : kube.shortHumanDuration
    return same(write(milliseconds), test.string)
  },
  'duration-json': (test) =>
    test.marshal
      ? same(kube.durationText(BigInt(test.nanoseconds)), test.json)
      : sameOutcome(kube.parseDuration(test.json), (value) => value.toString(), test.nanoseconds),
  'duration-parse': (test) => {
    const got = kube.parseDuration(test.input)
    if (test.error) return got.ok ? `expected an error, got ${got.value}` : undefined
    if (!got.ok) return got.error
    return same(`${got.value}`, test.nanoseconds) ?? same(kube.durationText(got.value), test.string)
  },
  'field-manager': (test) => same(kube.checkFieldManager(test.manager).length === 0, test.valid),
  'field-selector-escape': (test) => {
    const read = kube.unescapeFieldValue(test.escaped)
    if (test.invalid) return read.ok ? 'expected an error' : undefined
    return sameOutcome(read, (value) => value, test.value) ?? same(kube.escapeFieldValue(test.value), test.escaped)
  },
  'field-selector-match': (test) =>
    sameOutcome(kube.parseFieldSelector(test.selector), (s) => kube.matchesFields(s, test.fields), test.match),
  'field-selector-parse': (test) => {
    const got = kube.parseFieldSelector(test.selector)
    if (!test.valid) return got.ok ? 'expected an error' : undefined
    return sameOutcome(got, kube.fieldSelectorText, test.string)
  },
  'field-selector-terms': (test) => {
    if (test.terms !== undefined) return same(kube.splitTerms(test.selector), test.terms)
    const got = kube.splitTerm(test.term)
    return same(
      [got?.field ?? '', got?.op ?? '', got?.value ?? '', got !== undefined],
      [test.lhs, test.op, test.rhs, test.ok],
    )
  },
  'intstr-parse': (test) => same(kube.parseIntOrString(test.input), test.value),
  'intstr-percent': (test) => {
    const got = kube.intOrPercent(test.value)
    if (test.error) return got.ok ? 'expected an error' : undefined
    return sameOutcome(got, (v) => [v.value, v.percent], [test.int, test.percent])
  },
  'intstr-scaled': (test) => {
    const got = kube.scaledIntOrPercent(test.value, test.total, test.roundUp)
    if (test.error) return got.ok ? 'expected an error' : undefined
    return sameOutcome(got, (value) => value, test.int)
  },
  'kube-version-order': (test) => same(kube.compareKubeVersions(test.a, test.b) > 0, test.aGreater),
  'label-requirement': (test) => {
    const got = kube.checkRequirement({ key: test.key, op: test.op, values: test.values ?? [] })
    return same(
      got.map(({ type, field }) => ({ type, field })),
      test.errors.map(({ type, field }: Case) => ({ type, field })),
    )
  },
  'label-selector-match': checkLabelMatch,
  'label-selector-object': checkLabelObject,
  'label-selector-parse': checkLabelParse,
  'label-selector-string': (test) => {
    const selector =
      test.labels === undefined
        ? { requirements: requirements(test.requirements) }
        : kube.selectorFromLabels(test.labels)
    return same(kube.selectorText(selector), test.string)
  },
  'label-selector-to-map': (test) => {
    const got = kube.parseLabelsMap(test.selector)
    if (!test.valid) return got.ok ? 'expected an error' : undefined
    return sameOutcome(got, (value) => value, test.labels)
  },
  'managedfields-identifier': (test) => {
    const { manager, operation, apiVersion, subresource } = test.entry
    const got = kube.managerIdentifier({ manager, operation, apiVersion, subresource: subresource ?? '' })
    return same(JSON.parse(got), test.identifier)
  },
  'managedfields-roundtrip': (test) => {
    const entries = test.entries as JsonObject[] | null
    return sameOutcome(kube.decodeManagedFields(entries ?? undefined), kube.encodeManagedFields, entries ?? [])
  },
  'managedfields-sort': (test) => same(kube.sortManagedFields(test.entries), test.sorted),
  'meta-labels': (test) => {
    const got = kube.checkLabels(test.labels, 'field')
    if (test.valid) return got.length === 0 ? undefined : kube.fieldErrorsText(got)
    return got.some((error) => error.detail.includes(test.messageContains)) ? undefined : kube.fieldErrorsText(got)
  },
  names: (test) => {
    const rule = nameRules[test.rule]
    if (rule === undefined) return `unknown rule ${test.rule}`
    const faults = rule(test.value)
    return same(faults.length === 0, test.valid)
  },
  'patch-options': (test) => same(kube.checkPatchOptions(test.options, test.patchType).length === 0, test.valid),
  'quantity-arith': checkQuantityArithmetic,
  'quantity-canonical': (test) => {
    const got = test.input === undefined ? kube.parseQuantity(test.amount) : kube.parseQuantity(test.input)
    if (!got.ok) return got.error
    const { text: _, ...bare } = got.value
    const value = test.format === undefined ? bare : { ...bare, format: test.format }
    const amount = test.amount === undefined ? undefined : same(kube.quantityAmount(value), test.amount)
    return amount ?? same(kube.quantityText(value), test.string)
  },
  'quantity-compare': (test) => same(Math.sign(kube.compareQuantities(quantity(test.x), quantity(test.y))), test.cmp),
  'quantity-float': (test) => same(kube.quantityNumber(quantity(test.input)), test.float),
  'quantity-parse': (test) => {
    const got = kube.parseQuantity(test.input)
    if (test.invalid) return got.ok ? 'expected an error' : undefined
    return sameOutcome(got, (q) => [kube.quantityAmount(q), q.format], [test.amount, test.format])
  },
  'quantity-round': (test) => {
    const got = kube.roundQuantity(quantity(test.input), test.scale)
    return same([kube.quantityAmount(got.value), got.exact], [test.amount, test.exact])
  },
  'quantity-scaled': (test) => {
    if (test.string !== undefined) {
      const value: kube.Quantity = { unscaled: BigInt(test.value), exponent: test.scale, format: 'DecimalSI' }
      return same(kube.quantityText(value), test.string)
    }
    const one: kube.Quantity = { unscaled: 1n, exponent: test.from, format: 'DecimalSI' }
    return same(Number(kube.scaledValue(one, test.to)), test.scaledValueOfOne)
  },
  version: checkVersion,
  'yaml-split': (test) => {
    const got = kube.cutYamlDocument(test.input, test.atEOF)
    return same([got.document, got.advance], [test.document, test.advance])
  },
}

// biome-ignore lint/suspicious/noExplicitAny: some rules take text, some numbers
const nameRules: Readonly<Record<string, (value: any) => readonly string[]>> = {
  configMapKey: kube.checkConfigMapKey,
  cIdentifier: kube.checkCIdentifier,
  dns1035Label: kube.checkDns1035Label,
  dns1123Label: kube.checkDnsLabel,
  dns1123Subdomain: kube.checkDnsSubdomain,
  dns1123SubdomainWithUnderscore: kube.checkDnsSubdomainWithUnderscore,
  domainPrefixedKey: kube.checkDomainPrefixedKey,
  domainPrefixedPath: kube.checkDomainPrefixedPath,
  envVarName: kube.checkEnvVarName,
  envVarNameRelaxed: kube.checkRelaxedEnvVarName,
  fqdn: kube.checkFullyQualifiedDomainName,
  fullyQualifiedName: kube.checkFullyQualifiedName,
  groupId: kube.checkGroupId,
  httpHeaderName: kube.checkHttpHeaderName,
  labelValue: kube.checkLabelValue,
  percent: kube.checkPercent,
  portName: kube.checkPortName,
  portNumber: kube.checkPortNumber,
  qualifiedName: kube.checkQualifiedName,
  userId: kube.checkUserId,
  wildcardDns1123Subdomain: kube.checkWildcardDnsSubdomain,
}

function checkLabelMatch(test: Case): string | undefined {
  const selector =
    test.requirements === undefined
      ? kube.parseLabelSelector(test.selector)
      : kube.good({ requirements: requirements(test.requirements) })
  if (!selector.ok) return selector.error
  if (test.exactKey === undefined) return same(kube.matchesLabels(selector.value, test.labels), test.match)
  const exact = kube.exactLabel(selector.value, test.exactKey)
  return same([exact !== undefined, exact ?? ''], [test.found, test.value])
}

function checkLabelObject(test: Case): string | undefined {
  if (test.as === 'map') {
    const labels = kube.labelsFromObject(test.object)
    if (test.error) return labels.ok ? 'expected an error' : undefined
    return sameOutcome(labels, (value) => value, test.want ?? {})
  }
  const got = kube.selectorFromObject(test.object)
  if (test.error) return got.ok ? 'expected an error' : undefined
  if (!got.ok) return got.error
  if (test.want.nothing) return same(got.value.nothing, true)
  if (test.want.everything) return same(got.value, kube.everything)
  const wanted = kube.parseLabelSelector(test.want.selector)
  return sameOutcome(wanted, (selector) => selector, { requirements: got.value.requirements.map(sortValues) } as never)
}

function sortValues(requirement: kube.LabelRequirement): kube.LabelRequirement {
  return { ...requirement, values: [...requirement.values].sort() }
}

function checkLabelParse(test: Case): string | undefined {
  const got = kube.parseLabelSelector(test.selector)
  if (!test.valid) return got.ok ? 'expected an error' : undefined
  if (!got.ok) return got.error
  if (test.string !== undefined) {
    const fault = same(kube.selectorText(got.value), test.string)
    if (fault !== undefined) return fault
  }
  const plain = (list: readonly kube.LabelRequirement[]) =>
    list.map(({ key, op, values }) => ({ key, op, values: [...values].sort() }))
  if (test.differsFrom !== undefined) {
    const other = same(plain(got.value.requirements), plain(requirements(test.differsFrom)))
    return other === undefined ? 'should differ' : undefined
  }
  if (test.requirements === undefined) return undefined
  return same(plain(got.value.requirements), plain(requirements(test.requirements)))
}

function requirements(list: readonly Case[]): kube.LabelRequirement[] {
  return list.map(({ key, op, values }) => ({ key, op, values: values ?? [] }))
}

function checkQuantityArithmetic(test: Case): string | undefined {
  const read = (value: Case): kube.Quantity => ({ ...quantity(value.amount), format: value.format })
  const a = read(test.a)
  switch (test.op) {
    case 'add':
      return same(kube.quantityAmount(kube.addQuantities(a, read(test.b))), test.amount)
    case 'sub':
      return same(kube.quantityAmount(kube.subtractQuantities(a, read(test.b))), test.amount)
    case 'mul':
      return same(kube.quantityAmount(kube.multiplyQuantity(a, BigInt(test.b))), test.amount)
    default:
      return same(kube.quantityAmount(kube.negateQuantity(a)), test.amount)
  }
}

function quantity(text: string): kube.Quantity {
  const parsed = kube.parseQuantity(text)
  if (!parsed.ok) throw new Error(parsed.error)
  const { text: _, ...value } = parsed.value
  return value
}

function checkVersion(test: Case): string | undefined {
  const parse = test.kind === 'semantic' ? kube.parseSemanticVersion : kube.parseGenericVersion
  const got = parse(test.input)
  if (!test.valid) return got.ok ? 'expected an error' : undefined
  if (!got.ok) return got.error
  for (const [key, wanted] of [
    ['greaterThan', 1],
    ['equalTo', 0],
    ['lessThan', -1],
  ] as const) {
    if (test[key] === undefined) continue
    const other = parse(test[key])
    if (!other.ok) return other.error
    const order = Math.sign(kube.compareVersionNumbers(got.value, other.value))
    if (order !== wanted) return `${key} ${test[key]}: ${order}`
  }
  return undefined
}

function sameOutcome<T>(got: kube.Outcome<T>, show: (value: T) => unknown, expected: unknown): string | undefined {
  return got.ok ? same(show(got.value), expected) : got.error
}

function same(got: unknown, expected: unknown): string | undefined {
  const [a, b] = [text(got), text(expected)]
  return a === b ? undefined : `expected ${b}\ngot      ${a}`
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: JsonValue) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
