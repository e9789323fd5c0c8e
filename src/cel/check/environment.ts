import type { FunctionDefinition } from '../library/define.ts'
import type { CelType } from '../types.ts'

/** Resolves the fields of object types; Kubernetes' come from schemas. */
export interface TypeProvider {
  /** The type of a field; `undefined` when the object type has no such field. */
  field(objectType: string, field: string): CelType | undefined
  has(objectType: string): boolean
  /** Whether expressions may make objects of these types: `Object.spec{replicas: 1}`. */
  readonly constructible?: boolean
}

/** What an expression may refer to. */
export interface CelEnvironment {
  readonly functions: ReadonlyMap<string, FunctionDefinition>
  /** Variables and constants that name types (`int`, `net.IP`). */
  readonly typeNames: ReadonlyMap<string, CelType>
  readonly variables: ReadonlyMap<string, CelType>
  readonly provider?: TypeProvider
  /** Checks of literals after type-checking: mixed lists and maps, and for Kubernetes the arguments of conversions. */
  readonly literals: 'none' | 'homogeneous' | 'kubernetes'
  /** Macros with two variables, and sortBy (Kubernetes). */
  readonly extendedMacros: boolean
}
