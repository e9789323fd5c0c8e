import {
  decodeBase64,
  decodeText,
  getIn,
  getString,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../base/index.ts'
import { ChartError, parseUrl, type TlsOptions } from './http.ts'
import type { HttpRepository } from './http-repository.ts'
import type { OciArtifactSelector } from './oci-charts.ts'
import type { OciRepository } from './oci-registry.ts'

/** Decoded data of a Secret of the source's namespace; `undefined` when there is none, or nobody can read it. */
export type SecretReader = (name: string) => Readonly<Record<string, string>> | undefined

export type HelmRepositoryAccess =
  | { readonly type: 'http'; readonly repository: HttpRepository }
  | { readonly type: 'oci'; readonly repository: OciRepository }

/**
 * How to reach a HelmRepository, with the credentials and certificates of its Secrets.
 * Source: source-controller 1.9 internal/helm/getter/client_opts.go.
 * @throws ChartError for Secrets that are missing or malformed.
 */
export function readHelmRepository(
  object: JsonObject,
  secrets: SecretReader,
  duration: (text: string) => number | undefined,
): HelmRepositoryAccess {
  const spec = object['spec']
  const url = getString(spec, 'url') ?? ''
  const isOci = getString(spec, 'type') === 'oci'
  if (isOci !== url.startsWith('oci://')) {
    throw new ChartError(
      isOci
        ? `the url scheme is not supported: ${url}`
        : `invalid Helm repository URL '${url}': scheme must be http or https`,
    )
  }
  const common = { url, ...accessOf(spec, { secrets, duration, registry: isOci ? url : undefined }) }
  if (isOci) return { type: 'oci', repository: { ...common, ...insecureOf(spec) } }
  return { type: 'http', repository: { ...common, passCredentials: getIn(spec, ['passCredentials']) === true } }
}

/**
 * How to reach an OCIRepository, and what of it is meant.
 * Source: source-controller 1.9 internal/controller/ocirepository_controller.go.
 * @throws ChartError
 */
export function readOciRepository(
  object: JsonObject,
  secrets: SecretReader,
  tools: {
    readonly duration: (text: string) => number | undefined
    /** Compiles `semverFilter` (RE2); a string is the error. */
    readonly pattern?: (text: string) => ((tag: string) => boolean) | string
  },
): { readonly repository: OciRepository; readonly selector: OciArtifactSelector } {
  const spec = object['spec']
  const url = getString(spec, 'url') ?? ''
  const text = (...path: string[]): string | undefined => getString(spec, ...path) || undefined
  const [digest, semver, tag] = [text('ref', 'digest'), text('ref', 'semver'), text('ref', 'tag')]
  const filter = text('ref', 'semverFilter')
  const mediaType = text('layerSelector', 'mediaType')
  const compiled = filter === undefined ? undefined : tools.pattern?.(filter)
  if (typeof compiled === 'string') throw new ChartError(compiled)
  return {
    repository: {
      url,
      ...accessOf(spec, { secrets, duration: tools.duration, registry: url }),
      ...insecureOf(spec),
      ...proxyOf(spec, secrets),
    },
    selector: {
      ...(digest === undefined ? {} : { digest }),
      ...(semver === undefined ? {} : { semver }),
      ...(tag === undefined ? {} : { tag }),
      ...(compiled === undefined ? {} : { semverFilter: compiled }),
      ...(mediaType === undefined ? {} : { layerMediaType: mediaType }),
    },
  }
}

/**
 * The keys of a Bucket's Secret and its certificates. Source: source-controller 1.9 internal/bucket/minio/minio.go.
 * @throws ChartError for Secrets that are missing or malformed.
 */
export function readBucketAccess(
  object: JsonObject,
  secrets: SecretReader,
): {
  readonly credentials?: { readonly accessKey: string; readonly secretKey: string }
  readonly tls?: TlsOptions
  readonly proxy?: string
} {
  const spec = object['spec']
  const authName = getString(spec, 'secretRef', 'name')
  const certName = getString(spec, 'certSecretRef', 'name')
  const { accesskey, secretkey } = authName === undefined ? {} : readSecret(secrets, 'authentication', authName)
  const tls = certName === undefined ? undefined : tlsOf(readSecret(secrets, 'TLS authentication', certName))
  if ((accesskey === undefined) !== (secretkey === undefined)) {
    throw new ChartError(`invalid '${authName}' secret data: required fields 'accesskey' and 'secretkey'`)
  }
  return {
    ...(accesskey && secretkey ? { credentials: { accessKey: accesskey, secretKey: secretkey } } : {}),
    ...(tls === undefined ? {} : { tls }),
    ...proxyOf(spec, secrets),
  }
}

/** @throws ChartError when there is none, or nobody can read it. */
function readSecret(secrets: SecretReader, what: string, name: string): Readonly<Record<string, string>> {
  const found = secrets(name)
  if (found === undefined) throw new ChartError(`failed to get ${what} secret '${name}': it cannot be read here`)
  return found
}

/** The proxy of an OCIRepository or Bucket. Source: fluxcd/pkg runtime/secrets (ProxyURLFromSecret). @throws ChartError */
function proxyOf(spec: JsonValue | undefined, secrets: SecretReader): { readonly proxy?: string } {
  const name = getString(spec, 'proxySecretRef', 'name')
  if (name === undefined) return {}
  const { address = '', username = '', password = '' } = readSecret(secrets, 'proxy', name)
  if (address === '') throw new ChartError(`invalid proxy secret '${name}': key 'address' is missing`)
  const url = parseUrl(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ChartError(`invalid proxy secret '${name}': the scheme of 'address' must be http or https`)
  }
  if (username !== '') {
    url.username = encodeURIComponent(username)
    url.password = encodeURIComponent(password)
  }
  return { proxy: url.href }
}

function insecureOf(spec: JsonValue | undefined): { insecure: boolean } {
  return { insecure: getIn(spec, ['insecure']) === true }
}

interface AccessOptions {
  readonly secrets: SecretReader
  readonly duration: (text: string) => number | undefined
  /** The URL by which a docker configuration is searched; `undefined` for HTTP repositories. */
  readonly registry: string | undefined
}

interface Access {
  readonly username?: string
  readonly password?: string
  readonly tls?: TlsOptions
  readonly timeout?: number
}

function accessOf(spec: JsonValue | undefined, { secrets, duration, registry }: AccessOptions): Access {
  const certName = getString(spec, 'certSecretRef', 'name')
  const authName = getString(spec, 'secretRef', 'name')
  const auth = authName === undefined ? undefined : readSecret(secrets, 'authentication', authName)
  const certs = certName === undefined ? undefined : readSecret(secrets, 'TLS authentication', certName)
  const login = auth === undefined ? undefined : loginOf(auth, registry)
  const tls = (certs === undefined ? undefined : tlsOf(certs)) ?? (auth === undefined ? undefined : tlsOf(auth))
  const timeout = duration(getString(spec, 'timeout') ?? '')
  return {
    ...login,
    ...(tls === undefined ? {} : { tls }),
    ...(timeout === undefined ? {} : { timeout }),
  }
}

/** User and password of a Secret: plain keys, or the entry of a docker configuration for the registry. */
function loginOf(
  data: Readonly<Record<string, string>>,
  registry: string | undefined,
): { username: string; password: string } | undefined {
  const config = data['.dockerconfigjson']
  if (registry !== undefined && config !== undefined) return dockerLogin(config, registry)
  const { username, password } = data
  if (username === undefined && password === undefined) return undefined
  if (!username || !password) {
    throw new ChartError(`failed to detect authentication methods: ${username ? 'password' : 'username'} is missing`)
  }
  return { username, password }
}

/** The login of a docker `config.json` for a registry. Source: go-containerregistry pkg/authn. */
export function dockerLogin(config: string, registry: string): { username: string; password: string } | undefined {
  let auths: JsonValue | undefined
  try {
    auths = getIn(JSON.parse(config) as JsonValue, ['auths'])
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ChartError('failed to configure OCI registry authentication: the docker configuration is no JSON')
    throw error
  }
  if (!isObject(auths)) return undefined
  const host = registry.replace(/^oci:\/\//, '').split('/', 1)[0]!
  const isHub = host === 'docker.io' || host === 'index.docker.io'
  const key = Object.keys(auths).find((each) => {
    const named = each.replace(/^https?:\/\//, '').split('/', 1)[0]!
    return named === host || (isHub && (named === 'docker.io' || named === 'index.docker.io'))
  })
  if (key === undefined) return undefined
  const entry = auths[key]
  const username = getString(entry, 'username')
  const password = getString(entry, 'password')
  if (username !== undefined && password !== undefined) return { username, password }
  const pair = decodeText(decodeBase64(getString(entry, 'auth') ?? '') ?? new Uint8Array())
  const colon = pair.indexOf(':')
  return colon < 0 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

function tlsOf(data: Readonly<Record<string, string>>): TlsOptions | undefined {
  const ca = data['ca.crt'] ?? data['caFile']
  const cert = data['tls.crt'] ?? data['certFile']
  const key = data['tls.key'] ?? data['keyFile']
  if (ca === undefined && cert === undefined && key === undefined) return undefined
  if ((cert === undefined) !== (key === undefined)) {
    throw new ChartError(
      "failed to construct Helm client's TLS config: a certificate needs its key, and a key its certificate",
    )
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  }
}
