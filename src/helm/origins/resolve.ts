import { formatValue, GoInt, type GoValue, isMap } from '../../gotemplate/index.ts'
import { nodeAt, parseDocuments, pathAt, type YamlNode } from '../../yaml/index.ts'
import { Alignment } from './align.ts'
import { type Piece, piecesIn, type Scope, type TracedOutput } from './outputs.ts'
import { Places, textTemplate } from './places.ts'
import {
  type Atom,
  type EncodedAtom,
  type Flow,
  isContainer,
  type Provenance,
  type TextAtom,
  type ValueAtom,
} from './provenance.ts'
import type { FieldOrigin, ObjectRead, TemplatePlace, ValuePath, ValueRead } from './types.ts'

interface Candidate {
  readonly chain: readonly TemplatePlace[]
  readonly guess: boolean
  /** Actions before plain text, then by how much of the field they wrote. */
  readonly weight: number
}

interface Collected {
  /** The field's own text. */
  readonly wanted: string
  readonly candidates: Candidate[]
  readonly values: (ValueRead & { readonly rank: number })[]
  readonly objects: ObjectRead[]
  readonly conditions: ValueRead[]
  /** How much may still be looked into: maps may hold themselves. */
  budget: number
  depth: number
}

interface Way {
  readonly chain: readonly TemplatePlace[]
  readonly guess: boolean
}

/** How many outputs and values are looked at for one field. */
const maxSteps = 5_000
const maxDepth = 200
const maxShown = 32
const maxConditions = 200

/** Works out, from what a traced render wrote down, where a range of an output comes from. */
export class OriginResolver {
  readonly #provenance: Provenance
  readonly #places = new Places()
  readonly #alignments = new Map<Piece | TracedOutput, Map<string, Alignment>>()
  readonly #parsed = new Map<EncodedAtom | TracedOutput, YamlNode | undefined>()

  constructor(provenance: Provenance) {
    this.#provenance = provenance
  }

  /** The origin of a range of a file's output; `wanted` is the text of the field there. */
  resolve(output: TracedOutput, start: number, end: number, wanted: string): FieldOrigin | undefined {
    const found: Collected = {
      wanted,
      candidates: [],
      values: [],
      objects: [],
      conditions: [],
      budget: maxSteps,
      depth: 0,
    }
    this.#visit(output, { start, end }, { chain: [], guess: false }, found)
    const best = found.candidates.reduce<Candidate | undefined>(
      (a, b) => (a === undefined || b.weight > a.weight ? b : a),
      undefined,
    )
    const [template, ...through] = best?.chain ?? []
    if (best === undefined || template === undefined) return undefined
    const values = distinct(
      found.values.toSorted((a, b) => b.rank - a.rank),
      ({ path }) => JSON.stringify(path),
    )
    return {
      template,
      through,
      values: values.map(({ path, place }) => ({ path, place })),
      objects: distinct(found.objects, ({ text }) => text),
      conditions: distinct(
        found.conditions,
        ({ path, place }) => `${JSON.stringify(path)} ${place.path} ${place.line}`,
      ),
      guess: best.guess,
    }
  }

  #visit(
    output: TracedOutput,
    { start, end }: { readonly start: number; readonly end: number },
    way: Way,
    found: Collected,
    source?: TextAtom['source'],
  ): void {
    if (found.budget-- <= 0) return
    const pieces = piecesIn(output, start, end)
    for (const piece of pieces) {
      if (found.budget-- <= 0) return
      const from = Math.max(start, piece.start)
      const to = Math.min(end, piece.end)
      const text = output.text.slice(from, to)
      if (text.trim() === '' && pieces.length > 1 && piece.end > piece.start) continue
      const { chain, template } = this.#scopes(piece.scope, output.template, way.chain, found)
      const part = { start: from - piece.start, end: to - piece.start }
      if (piece.node.tree.parseName === textTemplate) {
        this.#visitText(piece, output, { part, way: { ...way, chain }, found, source })
        continue
      }
      const trimmed = { start: part.start + (text.length - text.trimStart().length), end: part.end }
      const here = this.#places.of(piece.node, template, trimmed)
      const next: Way = { chain: withPlace(chain, here), guess: way.guess }
      if (piece.node.type === 'text') add(found, next, text.trim().length)
      else this.#visitAction(piece, output, { part, way: next, found })
    }
  }

  /** A piece of what `tpl` made: its place is in the text that `tpl` was given. */
  #visitText(
    piece: Piece,
    output: TracedOutput,
    context: { part: Range; way: Way; found: Collected; source: TextAtom['source'] | undefined },
  ): void {
    const { part, way, found, source } = context
    const { node } = piece
    if (node.type !== 'text') this.#visitAction(piece, output, { part, way, found })
    if (source === undefined) return
    const at = node.type === 'text' ? { start: node.pos + part.start, end: node.pos + part.end } : undefined
    this.#flow(
      source.flow,
      { text: source.text, part: at ?? { start: node.pos, end: node.pos + 1 }, key: output },
      way,
      found,
    )
  }

  #visitAction(
    piece: Piece,
    output: TracedOutput,
    { part, way, found }: { part: Range; way: Way; found: Collected },
  ): void {
    const text = output.text.slice(piece.start, piece.end)
    const written = text.slice(part.start, part.end).trim().length
    const before = found.candidates.length
    this.#flow(piece.flow, { text, part, key: piece }, way, found)
    const deeper = found.candidates.slice(before).some((each) => each.chain.length > way.chain.length)
    if (!deeper && way.chain.length > 0) add(found, way, 1_000_000 + written)
    else {
      // What an included template wrote as plain text counts as an action's here.
      for (let i = before; i < found.candidates.length; i++) {
        const each = found.candidates[i]!
        found.candidates[i] = { ...each, weight: 1_000_000 + (each.weight % 1_000_000) }
      }
    }
  }

  /** Notes the conditions around a piece; returns the places of the templates that it stands in, and its own. */
  #scopes(
    scope: Scope | undefined,
    template: string,
    chain: readonly TemplatePlace[],
    found: Collected,
  ): { chain: readonly TemplatePlace[]; template: string } {
    const scopes: Scope[] = []
    for (let each = scope; each !== undefined; each = each.outer) scopes.unshift(each)
    let name = template
    let places = chain
    for (const each of scopes) {
      if (each.template === undefined) {
        if (each.node.tree.parseName === textTemplate || each.flow.length === 0) continue
        asked(each.flow, this.#places.of(each.node, name), found)
      } else {
        if (each.node.tree.parseName !== textTemplate) places = withPlace(places, this.#places.of(each.node, name))
        name = each.template
      }
    }
    return { chain: places, template: name }
  }

  /** Follows what flowed into a text to where a part of it comes from. */
  #flow(flow: Flow, at: Written, way: Way, found: Collected): void {
    if (found.depth >= maxDepth) return
    found.depth++
    for (const atom of flow) {
      if (found.budget-- <= 0) break
      this.#atom(atom, at, way, found)
    }
    found.depth--
  }

  #atom(atom: Atom, at: Written, way: Way, found: Collected): void {
    switch (atom.kind) {
      case 'value':
        this.#value(atom, at, way, found)
        return
      case 'container':
        this.#elements(atom.container, at, way, found)
        return
      case 'asked': {
        const place = way.chain.at(-1)
        if (place !== undefined) asked([atom], place, found)
        return
      }
      case 'encoded': {
        const range = this.#align(at, atom.text)
        if (range !== undefined) this.#encoded(atom, range, way, found)
        return
      }
      case 'text': {
        const range = this.#align(at, atom.output.text)
        if (range === undefined) return
        this.#visit(atom.output, range, { ...way, guess: way.guess || !range.exact }, found, atom.source)
        return
      }
      case 'part': {
        const node = nodeAt(this.#yaml(atom.text.output, atom.text.output.text), atom.path)
        const range = node === undefined ? { start: 0, end: atom.text.output.text.length } : node
        this.#visit(
          atom.text.output,
          range,
          { ...way, guess: way.guess || node === undefined },
          found,
          atom.text.source,
        )
      }
    }
  }

  #value(atom: ValueAtom, at: Written, way: Way, found: Collected): void {
    const place = way.chain.at(-1)
    if (place === undefined) return
    if (atom.root !== 'Values') {
      const text =
        atom.root === 'Files' ? `.Files.Get ${JSON.stringify(atom.path[0])}` : `.${[atom.root, ...atom.path].join('.')}`
      if (!atom.tested && found.objects.length < maxShown) found.objects.push({ text, place })
      return
    }
    const read: ValueRead = { path: atom.path, place }
    if (atom.tested) {
      if (found.conditions.length < maxConditions) found.conditions.push(read)
      return
    }
    const rank = rankOf(atom.value, found.wanted)
    // Of a text of many lines only what can be seen in this one.
    const text = rank === 0 && at.text.trim().includes('\n') ? scalarText(atom.value) : undefined
    if (text !== undefined && this.#align(at, text)?.exact !== true) return
    if (found.values.length < 500) found.values.push({ ...read, rank })
  }

  /** A list or map that a template made was printed, or joined: the elements whose text is there. */
  #elements(container: GoValue, at: Written, way: Way, found: Collected): void {
    const entries = Array.isArray(container)
      ? container.slice(0, 1_000).entries()
      : isMap(container)
        ? Object.entries(container).slice(0, 1_000)
        : []
    for (const [step, element] of entries) {
      const flow = this.#provenance.elementOf(container, step, element)
      // Lists and maps in it that the values hold are shown by their own paths.
      if (flow !== undefined && (isContainer(element) || rankOf(element, found.wanted) > 0)) {
        this.#flow(flow, at, way, found)
      }
    }
  }

  #encoded(atom: EncodedAtom, range: Range & { exact: boolean }, way: Way, found: Collected): void {
    const root = this.#yaml(atom, atom.text)
    const path = root === undefined ? [] : commonPath(root, atom.text, range)
    const flow = this.#provenance.at(atom.value, path) ?? []
    this.#flow(flow, { text: found.wanted, part: { start: 0, end: found.wanted.length }, key: undefined }, way, found)
  }

  #align(at: Written, from: string): (Range & { exact: boolean }) | undefined {
    if (at.key === undefined) return new Alignment(at.text, from).find(at.part.start, at.part.end)
    let known = this.#alignments.get(at.key)
    if (known === undefined) {
      known = new Map()
      this.#alignments.set(at.key, known)
    }
    let alignment = known.get(from)
    if (alignment === undefined) {
      alignment = new Alignment(at.text, from)
      known.set(from, alignment)
    }
    return alignment.find(at.part.start, at.part.end)
  }

  #yaml(key: EncodedAtom | TracedOutput, text: string): YamlNode | undefined {
    if (this.#parsed.has(key)) return this.#parsed.get(key)
    const root = parseDocuments(text, { flavour: 'v2' }).documents[0]?.root
    this.#parsed.set(key, root)
    return root
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

/** A part of a text that was written. */
interface Written {
  readonly text: string
  readonly part: Range
  /** Whose text it is, to match lines only once. */
  readonly key: Piece | TracedOutput | undefined
}

function add(found: Collected, { chain, guess }: Way, weight: number): void {
  if (chain.length > 0 && found.candidates.length < 1_000) found.candidates.push({ chain, guess, weight })
}

function withPlace(chain: readonly TemplatePlace[], place: TemplatePlace): readonly TemplatePlace[] {
  const last = chain.at(-1)
  const isSame = last !== undefined && last.path === place.path && last.range.start === place.range.start
  return isSame ? chain : [...chain, place]
}

/** Notes the values that a flow asked, those of included templates with them. */
function asked(flow: Flow, place: TemplatePlace, found: Collected, depth = 0): void {
  for (const atom of flow) {
    if (found.conditions.length >= maxConditions || found.budget-- <= 0) return
    if (atom.kind === 'value' && atom.root === 'Values') found.conditions.push({ path: atom.path, place })
    if ((atom.kind !== 'text' && atom.kind !== 'asked') || depth > 4) continue
    for (const piece of atom.output.pieces.slice(0, 20)) {
      asked(piece.flow, place, found, depth + 1)
      for (let scope = piece.scope; scope !== undefined; scope = scope.outer) {
        if (scope.flow.length > 0) asked(scope.flow, place, found, depth + 1)
      }
    }
  }
}

/** The path of what a range of a text holds: of the value at its beginning, or of the map or list around more of them. */
function commonPath(root: YamlNode, text: string, { start, end }: Range): ValuePath {
  const part = text.slice(start, end)
  const first = pathAt(root, start + Math.max(0, part.search(/[^\s-]/)))?.path ?? []
  if (!part.trim().includes('\n')) return first
  const last = pathAt(root, start + part.trimEnd().length - 1)?.path ?? []
  const differs = first.findIndex((step, i) => step !== last[i])
  return differs < 0 ? first : first.slice(0, differs)
}

/** How much of a field a value is: all of it, a part, or more than it; 0 where its text is not to be seen. */
function rankOf(value: GoValue, wanted: string): number {
  const text = scalarText(value)
  if (text === undefined || text === '') return 0
  if (text === wanted || text.trim() === wanted.trim()) return 1_000_000
  if (wanted.includes(text)) return 1_000 + Math.min(text.length, 900_000)
  return wanted !== '' && text.includes(wanted) ? 1 : 0
}

/** A scalar as templates print it. */
export function scalarText(value: GoValue): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof GoInt) return formatValue(value)
  return undefined
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  const out = new Map<string, T>()
  for (const item of items) if (!out.has(key(item))) out.set(key(item), item)
  return [...out.values()].slice(0, maxShown)
}
