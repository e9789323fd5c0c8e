/**
 * The Common Expression Language: parser, type checker and evaluator with Kubernetes' and Flux's libraries.
 * Follows cel-go 0.26 and k8s.io/apiserver 0.36 in results and error texts.
 * Invariants: expressions cannot run away (cost, nesting and length are bounded, patterns are RE2); no I/O; no clock.
 */
export type { CelEnvironment, TypeProvider } from './check/environment.ts'
export { type CelProblem, type CelProgram, compile, type Evaluation } from './compile.ts'
export { type CelBase, fluxBase, kubernetesBase, kubernetesPatchBase } from './environments.ts'
export type { MostElements } from './estimate/estimate.ts'
export { type Bindings, type Budget, perCallLimit } from './eval/frame.ts'
export { compileRegex } from './eval/regex.ts'
export {
  type Answer,
  type FluxExpression,
  type FluxExpressionOptions,
  parseFluxExpression,
} from './flux-expression.ts'
export { decodeBase64 } from './go/base64.ts'
export { matchesFormat, parseLooseDuration } from './go/formats.ts'
export { formatIp, type IpPrefix, maskIp, parseIp, parseIp4, parsePrefix, prefixContains } from './go/ip.ts'
export { formatGoFloat, goQuote, plainDecimal } from './go/text.ts'
export { parseDate, parseRfc3339, rfc3339Offset } from './go/timestamp.ts'
export * from './health.ts'
export {
  type AccessQuestion,
  authorizerType,
  authorizerValue,
  type DecideAccess,
  resourceCheckType,
  resourceCheckValue,
} from './library/authorizer.ts'
export type { CompiledRegex } from './library/define.ts'
export {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from './library/formats.ts'
export type { CelIssue } from './syntax/source.ts'
export * from './types.ts'
export { celEqual } from './values/compare.ts'
export { CelError } from './values/error.ts'
export { fromJson, toJson } from './values/json.ts'
export { typeName } from './values/type-of.ts'
export * from './values/value.ts'
