import { type GoMap, type GoValue, isList, isMap, mapGet } from '../../gotemplate/index.ts'
import { escapePointer } from './text.ts'
import type { DraftVersion } from './types.ts'
import { splitFragment } from './urls.ts'

/** A version of JSON Schema: its name, how it names resources, and where it has subschemas. */
export interface Draft {
  readonly version: DraftVersion
  readonly url: string
  readonly idKey: 'id' | '$id'
  /** The id of an object, without its fragment; '' when it has none. */
  readonly idOf: (value: GoMap) => string
  /** Subschemas with their pointers below the object. */
  readonly subschemas: (value: GoMap) => readonly (readonly [pointer: string, value: GoValue])[]
}

const draft4Keys = {
  one: ['not', 'additionalProperties', 'items', 'additionalItems'],
  list: ['allOf', 'anyOf', 'oneOf', 'items'],
  map: ['definitions', 'properties', 'patternProperties', 'dependencies'],
} as const
const draft6Keys = { ...draft4Keys, one: [...draft4Keys.one, 'propertyNames', 'contains'] } as const
const draft7Keys = { ...draft6Keys, one: [...draft6Keys.one, 'if', 'then', 'else'] } as const
const draft2019Keys = {
  one: [...draft7Keys.one, 'unevaluatedProperties', 'unevaluatedItems', 'contentSchema'],
  list: draft7Keys.list,
  map: [...draft7Keys.map, '$defs', 'dependentSchemas'],
} as const
const draft2020Keys = { ...draft2019Keys, list: [...draft2019Keys.list, 'prefixItems'] } as const

interface Keys {
  readonly one: readonly string[]
  readonly list: readonly string[]
  readonly map: readonly string[]
}

function makeDraft(version: DraftVersion, url: string, keys: Keys): Draft {
  const idKey = version === 4 ? 'id' : '$id'
  return {
    version,
    url,
    idKey,
    idOf(value) {
      if (version < 2019 && Object.hasOwn(value, '$ref')) return ''
      const id = mapGet(value, idKey)
      return typeof id === 'string' ? splitFragment(id)[0] : ''
    },
    subschemas(value) {
      const out: (readonly [string, GoValue])[] = []
      for (const key of keys.one) if (Object.hasOwn(value, key)) out.push([key, value[key]])
      for (const key of keys.list) {
        const list = mapGet(value, key)
        if (isList(list)) for (const [i, each] of list.entries()) out.push([`${key}/${i}`, each])
      }
      for (const key of keys.map) {
        const map = mapGet(value, key)
        if (!isMap(map)) continue
        for (const name of Object.keys(map)) out.push([`${key}/${escapePointer(name)}`, map[name]])
      }
      return out
    },
  }
}

const drafts: readonly Draft[] = [
  makeDraft(4, 'http://json-schema.org/draft-04/schema', draft4Keys),
  makeDraft(6, 'http://json-schema.org/draft-06/schema', draft6Keys),
  makeDraft(7, 'http://json-schema.org/draft-07/schema', draft7Keys),
  makeDraft(2019, 'https://json-schema.org/draft/2019-09/schema', draft2019Keys),
  makeDraft(2020, 'https://json-schema.org/draft/2020-12/schema', draft2020Keys),
]

/** What a schema without `$schema` is read as. */
export const latestDraft: Draft = drafts[4]!

/** The draft that a `$schema` names, by http or https; `undefined` for any other URL. */
export function draftOfUrl(url: string): Draft | undefined {
  const [plain, fragment] = splitFragment(url)
  if (fragment !== '') return undefined
  const name = plain.replace(/^https?:\/\//, '')
  if (name === 'json-schema.org/schema') return latestDraft
  return drafts.find((draft) => draft.url.replace(/^https?:\/\//, '') === name)
}
