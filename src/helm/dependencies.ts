import { compareStrings, parseSemVer, parseSemVerConstraint, satisfies } from '../base/index.ts'
import { formatValue, type GoMap, type GoValue, isMap, mapGet, mapSet } from '../gotemplate/index.ts'
import { type Chart, type ChartDependency, copyMetadata, HelmError } from './chart.ts'
import { copyValue } from './functions/table.ts'
import { coalesceTables, coalesceValues, tableAt, valueAt } from './values.ts'

/**
 * Works out which dependencies are enabled (conditions, tags), under which names (aliases), and the values that they
 * export to their parents. Changes the chart, which must be a working copy.
 * Source: Helm 4.1 pkg/chart/v2/util/dependencies.go.
 */
export function processDependencies(chart: Chart, values: GoMap): void {
  enableDependencies(chart, values, '')
  importValues(chart)
}

/** Helm's check before a render. @throws HelmError naming the dependencies that are not in charts/. */
export function checkDependencies(chart: Chart): void {
  const present = new Set(chart.dependencies.map((dependency) => dependency.metadata.name))
  const missing = chart.metadata.dependencies.filter((dependency) => !present.has(dependency.name))
  if (missing.length === 0) return
  throw new HelmError(
    `an error occurred while checking for chart dependencies. You may need to run \`helm dependency build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${missing.map((each) => each.name).join(', ')}`,
  )
}

/** True when a version satisfies a range; an unreadable one never does. */
export function isCompatibleRange(range: string, version: string): boolean {
  const constraint = parseSemVerConstraint(range)
  const parsed = parseSemVer(version)
  return typeof constraint !== 'string' && typeof parsed !== 'string' && satisfies(parsed, constraint)
}

function enableDependencies(chart: Chart, values: GoMap, path: string): void {
  const declared = chart.metadata.dependencies
  if (declared.length === 0) return
  const undeclared = chart.dependencies.filter(
    (existing) =>
      !declared.some(
        (each) => existing.metadata.name === each.name && isCompatibleRange(each.version, existing.metadata.version),
      ),
  )
  const resolved = [...undeclared]
  for (const dependency of declared) {
    const found = findDependency(chart, dependency)
    if (found !== undefined) resolved.push(found)
    if (dependency.alias !== '') dependency.name = dependency.alias
  }
  setDependencies(chart, resolved)
  for (const dependency of declared) dependency.enabled = true
  const scope = coalesceValues(chart, values)
  applyTags(declared, scope)
  applyConditions(declared, scope, path)
  const disabled = new Set(declared.filter((each) => !each.enabled).map((each) => each.name))
  const kept = chart.dependencies.filter((each) => !disabled.has(each.metadata.name))
  chart.metadata.dependencies = declared.filter((each) => !disabled.has(each.name))
  for (const dependency of kept) enableDependencies(dependency, scope, `${path}${dependency.metadata.name}.`)
  setDependencies(chart, kept)
}

function setDependencies(chart: Chart, dependencies: Chart[]): void {
  for (const dependency of dependencies) dependency.parent = chart
  chart.dependencies = dependencies
}

/** The chart that a declaration means, as a copy of its own: two aliases may share one chart. */
function findDependency(chart: Chart, declared: ChartDependency): Chart | undefined {
  const found = chart.dependencies.find(
    (each) => each.metadata.name === declared.name && isCompatibleRange(declared.version, each.metadata.version),
  )
  if (found === undefined) return undefined
  const copy: Chart = { ...found, metadata: copyMetadata(found.metadata), dependencies: [] }
  copy.dependencies = found.dependencies.map((each) => ({ ...each, parent: copy }))
  if (declared.alias !== '') copy.metadata.name = declared.alias
  return copy
}

/** Tags enable where any of them is true, and disable where only false ones are set. */
function applyTags(declared: readonly ChartDependency[], values: GoMap): void {
  const tags = tableAt(values, 'tags')
  if (tags === undefined) return
  for (const dependency of declared) {
    const set = dependency.tags.map((tag) => mapGet(tags, tag)).filter((value) => typeof value === 'boolean')
    dependency.enabled = set.includes(true) || set.length === 0
  }
}

/** The first condition path that holds a boolean decides. */
function applyConditions(declared: readonly ChartDependency[], values: GoMap, path: string): void {
  for (const dependency of declared) {
    for (const condition of dependency.condition.trim().split(',')) {
      if (condition === '') continue
      const value = valueAt(values, path + condition)
      if (typeof value === 'boolean') {
        dependency.enabled = value
        break
      }
    }
  }
}

function importValues(chart: Chart): void {
  for (const dependency of chart.dependencies) importValues(dependency)
  if (chart.metadata.dependencies.length === 0) return
  const scope = coalesceValues(chart, {}, true)
  let imported: GoMap = {}
  for (const dependency of chart.metadata.dependencies) {
    const normalized: unknown[] = []
    for (const entry of dependency.importValues) {
      const [child, parent] = importPaths(entry as GoValue)
      if (child === undefined) continue
      normalized.push({ child, parent })
      const table = tableAt(scope, `${dependency.name}.${child}`)
      if (table !== undefined) imported = coalesceTables(imported, nest(parent!, table), true)
    }
    dependency.importValues = normalized
  }
  chart.values = coalesceTables(copyValue(scope) as GoMap, imported, true)
}

function importPaths(entry: GoValue): [string, string] | [undefined] {
  if (typeof entry === 'string') return [`exports.${entry}`, '.']
  if (!isMap(entry)) return [undefined]
  return [formatValue(mapGet(entry, 'child')), formatValue(mapGet(entry, 'parent'))]
}

function nest(path: string, table: GoMap): GoMap {
  if (path === '.') return table
  return path.split('.').reduceRight<GoMap>((inner, key) => {
    const out: GoMap = {}
    mapSet(out, key, inner)
    return out
  }, table)
}

/** Names in the order of their bytes. */
export function sortNames(names: Iterable<string>): string[] {
  return [...names].sort(compareStrings)
}
