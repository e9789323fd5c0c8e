import type { CelEnvironment, TypeProvider } from './check/environment.ts'
import { authorizerLibrary } from './library/authorizer.ts'
import { conversionLibrary } from './library/conversions.ts'
import { type FunctionDefinition, mergeFunctions } from './library/define.ts'
import { encoderLibrary } from './library/encoders.ts'
import { formatLibrary } from './library/formats.ts'
import { kubernetesTypes, networkLibrary, quantityLibrary, semverLibrary, urlLibrary } from './library/kubernetes.ts'
import { listEndsLibrary, listLibrary, setLibrary } from './library/lists.ts'
import { operatorLibrary } from './library/operators.ts'
import { optionalLibrary } from './library/optionals.ts'
import { patchLibrary, patchTypes, withPatchTypes } from './library/patches.ts'
import { regexLibrary } from './library/regex.ts'
import { stringLibrary, stringReverseLibrary } from './library/strings.ts'
import { timeLibrary } from './library/time.ts'
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from './types.ts'

/** A set of libraries and language options; environments for single expressions are cheap views of it. */
export interface CelBase {
  /** The environment with these variables declared. */
  environment(variables: ReadonlyMap<string, CelType>, provider?: TypeProvider): CelEnvironment
}

function base(
  libraries: readonly (readonly FunctionDefinition[])[],
  types: readonly CelType[],
  options: Pick<CelEnvironment, 'literals' | 'extendedMacros'>,
): CelBase {
  const functions = mergeFunctions(libraries)
  const typeNames = new Map([...standardTypes(), ...types].map((type) => [type.name, type]))
  return {
    environment: (variables, provider) => ({
      functions,
      typeNames,
      variables,
      ...options,
      ...(provider === undefined ? {} : { provider }),
    }),
  }
}

function standardTypes(): readonly CelType[] {
  return [
    boolType,
    bytesType,
    doubleType,
    durationType,
    intType,
    listType(dynType),
    mapType(dynType, dynType),
    nullType,
    stringType,
    timestampType,
    typeType,
    uintType,
    optionalType(dynType),
  ]
}

/** Kubernetes 1.36's environment for CRD rules and admission policies (apiserver pkg/cel/environment/base.go). */
export function kubernetesBase(): CelBase {
  return kubernetesWith([])
}

/**
 * The environment for the mutations of a MutatingAdmissionPolicy, which make values of the types `Object`,
 * `Object.<path>` and `JSONPatch` (apiserver pkg/cel/mutation).
 */
export function kubernetesPatchBase(): CelBase {
  const made = kubernetesWith([patchLibrary()])
  return {
    environment: (variables, provider) =>
      made.environment(variables, provider === undefined ? patchTypes : withPatchTypes(provider)),
  }
}

function kubernetesWith(more: readonly (readonly FunctionDefinition[])[]): CelBase {
  return base(
    [
      ...more,
      operatorLibrary(),
      conversionLibrary(),
      timeLibrary(),
      stringLibrary('en-US'),
      listLibrary(),
      setLibrary(),
      listEndsLibrary(),
      optionalLibrary(),
      regexLibrary(),
      urlLibrary(),
      networkLibrary(),
      quantityLibrary(),
      semverLibrary(),
      formatLibrary(),
      authorizerLibrary(),
    ],
    kubernetesTypes,
    { literals: 'kubernetes', extendedMacros: true },
  )
}

/** Flux's environment: health checks, image and receiver expressions (fluxcd/pkg runtime/cel/expression.go). */
export function fluxBase(): CelBase {
  return base(
    [
      operatorLibrary(),
      conversionLibrary(),
      timeLibrary(),
      stringLibrary('plain'),
      stringReverseLibrary(),
      encoderLibrary(),
      setLibrary(),
      listEndsLibrary(),
      optionalLibrary(),
    ],
    [],
    { literals: 'homogeneous', extendedMacros: false },
  )
}
