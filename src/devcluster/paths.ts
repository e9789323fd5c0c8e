import type { JsonValue } from '../base/index.ts'
import type { SchemaRegistry } from '../schema/index.ts'
import { discoveryGroup, discoveryRoot, discoveryVersion } from './discovery.ts'
import { headersOf } from './handlers/exchange.ts'
import type { Formats } from './handlers/formats.ts'
import { conditional, contentTag } from './http/conditional.ts'
import { OUTPUT_TYPES, parseAccept } from './http/content.ts'
import { methodNotAllowed, notAcceptable, notFoundPath } from './http/errors.ts'
import { writeJson } from './http/json.ts'
import { YAML_TYPE } from './http/media.ts'
import { type Query, queryText } from './http/query.ts'
import type { ApiRequest, ApiResponse } from './http/types.ts'
import { OpenApi } from './openapi.ts'
import type { ResourceRegistry } from './resources/registry.ts'

/** A request for a path that is no resource's. */
export interface PathRequest {
  readonly request: ApiRequest
  /** Decoded, without a slash at its end. */
  readonly path: string
  readonly query: Query
}

export interface PathsOptions {
  readonly registry: ResourceRegistry
  readonly schemas: SchemaRegistry
  readonly formats: Formats
  /** Unix time in milliseconds: documents are as old as the server. */
  readonly started: number
  /** Writes `/metrics`; gets what it tells of the version. */
  readonly metrics: (version: Readonly<Record<string, string>>) => string
}

const TEXT_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, private',
  'x-content-type-options': 'nosniff',
}
const METRICS_HEADERS = {
  'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
  'cache-control': 'no-cache, private',
}

/** What `/version` answers. */
const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-04-22T00:00:00Z',
  goVersion: 'go1.26.0',
  compiler: 'gc',
  platform: 'linux/amd64',
}
const BUILD_INFO = {
  build_date: VERSION.buildDate,
  compiler: VERSION.compiler,
  git_commit: VERSION.gitCommit,
  git_tree_state: VERSION.gitTreeState,
  git_version: VERSION.gitVersion,
  go_version: VERSION.goVersion,
  major: VERSION.major,
  minor: VERSION.minor,
  platform: VERSION.platform,
}

/** 404 of a path that nothing is served under. */
export function pageNotFound(): ApiResponse {
  return { status: 404, headers: TEXT_HEADERS, body: '404 page not found\n' }
}

/** Answers the paths that are no resources: versions, discovery, OpenAPI, metrics. */
export class Paths {
  readonly #options: PathsOptions
  readonly #openapi: OpenApi

  constructor(options: PathsOptions) {
    this.#options = options
    this.#openapi = new OpenApi(options.registry, options.schemas, options.started)
  }

  /**
   * Answers an authorised request.
   * @throws ApiError 404, 405, 406
   */
  answer(asked: PathRequest): ApiResponse {
    const { request, path } = asked
    const [root = '', group] = path.split('/').slice(1)
    const known = this.#document(asked)
    if (known !== undefined) {
      if (request.method === 'HEAD' && root === 'version') throw methodNotAllowed()
      // Handlers outside the REST framework do not look at the method.
      const anyMethod = root === 'metrics' || root === 'openapi' || (root === 'apis' && path.split('/').length < 4)
      if (request.method !== 'GET' && request.method !== 'HEAD' && !anyMethod) throw methodNotAllowed()
      return request.method === 'HEAD' ? { ...known, body: '' } : known
    }
    const { registry } = this.#options
    if (root === 'apis' && registry.all().some((type) => type.group === group)) throw notFoundPath()
    return pageNotFound()
  }

  #document({ request, path, query }: PathRequest): ApiResponse | undefined {
    const { registry } = this.#options
    const { headers } = request
    const parts = path.split('/').slice(1)
    switch (parts[0]) {
      case 'version':
        if (parts.length > 1) throw notFoundPath()
        return { status: 200, headers: headersOf([]), body: JSON.stringify(VERSION, undefined, 2) }
      case 'metrics':
        if (parts.length > 1) return undefined
        return { status: 200, headers: METRICS_HEADERS, body: this.#options.metrics(BUILD_INFO) }
      case 'api':
        return parts.length === 1
          ? this.#root(request, true)
          : this.#inForm(discoveryVersion(registry, '', parts[1]!), headers['accept'])
      case 'apis':
        if (parts.length === 1) return this.#root(request, false)
        return this.#inForm(
          parts.length === 2 ? discoveryGroup(registry, parts[1]!) : discoveryVersion(registry, parts[1]!, parts[2]!),
          headers['accept'],
        )
      case 'openapi':
        return this.#openapiPath(request, parts.slice(1), query)
      case '':
        return {
          status: 200,
          headers: headersOf([]),
          body: writeJson({
            paths: [
              '/api',
              '/apis',
              '/healthz',
              '/livez',
              '/metrics',
              '/openapi/v2',
              '/openapi/v3',
              '/readyz',
              '/version',
            ],
          }),
        }
      default:
        return undefined
    }
  }

  #openapiPath(request: ApiRequest, [version, ...rest]: string[], query: Query): ApiResponse | undefined {
    const { headers } = request
    // Only the exact path, as the server's router has it.
    const slash = request.path.split('?', 1)[0]!.endsWith('/')
    if (version === 'v2' && rest.length === 0 && !slash) return this.#openapi.v2(headers)
    if (version !== 'v3') return undefined
    if (rest.length === 0)
      return slash
        ? { status: 404, headers: { 'cache-control': 'no-cache, private' }, body: '' }
        : this.#openapi.index()
    return this.#openapi.document(rest.join('/'), queryText(query, 'hash'), headers)
  }

  /** The roots: the aggregated form has a tag, by which clients keep what they know. */
  #root(request: ApiRequest, core: boolean): ApiResponse {
    const { accept, host } = request.headers
    const answer = discoveryRoot(this.#options.registry, core, accept, host ?? '127.0.0.1')
    const type = answer.headers['content-type'] ?? ''
    const aggregated = type.includes('as=')
    const formed = aggregated
      ? type.startsWith(YAML_TYPE)
        ? { ...answer, body: this.#yaml(answer.body) }
        : answer
      : this.#inForm(answer, accept)
    return aggregated ? conditional(formed!, contentTag(answer.body), request.headers['if-none-match']) : formed!
  }

  /** A legacy document as JSON or YAML, by Accept. Throws `ApiError` 406. */
  #inForm(answer: ApiResponse | undefined, accept: string | undefined): ApiResponse | undefined {
    const wanted = parseAccept(accept ?? '')
    if (answer === undefined || wanted.length === 0) return answer
    for (const { type, parameters } of wanted) {
      if (parameters.has('as')) continue
      if (type === 'application/json' || type === '*/*' || type === 'application/*') return answer
      if (type !== YAML_TYPE) continue
      return { ...answer, headers: { ...answer.headers, 'content-type': YAML_TYPE }, body: this.#yaml(answer.body) }
    }
    throw notAcceptable(OUTPUT_TYPES, true)
  }

  #yaml(body: string): string {
    return this.#options.formats.toYaml(JSON.parse(body) as JsonValue)
  }
}
