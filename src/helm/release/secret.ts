import { decodeText, encodeText, getString, isObject, type JsonObject } from '../../base/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { base64Decode, base64Encode } from '../functions/base-n.ts'
import { decodeRelease, encodeRelease, type Gzip } from './codec.ts'
import { ReleaseError } from './errors.ts'
import type { ReleaseRecord } from './record.ts'

/** Labels that Helm's storage sets itself. Source: Helm 4.1 pkg/storage/driver/util.go. */
const systemLabels = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt']

/** The name of the Secret that holds a revision (Helm's `makeKey`). */
export function secretName(release: string, version: number): string {
  return `sh.helm.release.v1.${release}.v${version}`
}

/**
 * The Secret that holds a revision. Source: Helm 4.1 pkg/storage/driver/secrets.go (`newSecretsObject`).
 * @param stamp which time label the write leaves, and its time in milliseconds
 */
export function secretOf(
  record: ReleaseRecord,
  namespace: string,
  stamp: { readonly label: 'createdAt' | 'modifiedAt'; readonly now: number },
  gzip: Gzip,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: secretName(record.name, record.version),
      namespace,
      labels: {
        ...record.labels,
        [stamp.label]: `${Math.floor(stamp.now / 1000)}`,
        name: record.name,
        owner: 'helm',
        status: record.info.status,
        version: `${record.version}`,
      },
    },
    data: { release: base64Encode(encodeText(encodeRelease(record, gzip))) },
  }
}

/** The revision that a Secret holds. @throws ReleaseError `Corrupt` or `TooLarge` */
export function recordOf(secret: JsonObject, gzip: Gzip): ReleaseRecord {
  const name = getString(secret, 'metadata', 'name') ?? ''
  const data = base64Decode(getString(secret, 'data', 'release') ?? '')
  if (typeof data === 'string') throw new ReleaseError('Corrupt', `get: failed to decode data "${name}": ${data}`)
  const labels: Record<string, string> = {}
  const given = isObject(secret['metadata']) ? secret['metadata']['labels'] : undefined
  if (isObject(given)) {
    for (const [key, value] of Object.entries(given))
      if (typeof value === 'string' && !systemLabels.includes(key)) labels[key] = value
  }
  return decodeRelease(decodeText(data), gzip, labels)
}

/** @throws ReleaseError where the user's labels name one of Helm's own */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  if (!Object.keys(labels).some((key) => systemLabels.includes(key))) return
  throw new ReleaseError(
    'Failed',
    `user supplied labels contains system reserved label name. System labels: [${systemLabels.join(' ')}]`,
  )
}

/**
 * The revisions that go so that at most `max` stay: the oldest, but never the last one that is deployed.
 * Source: Helm 4.1 pkg/storage/storage.go (`removeLeastRecent`).
 * @param history oldest first
 */
export function revisionsToPrune<T extends Pick<ReleaseRecord, 'version' | 'info'>>(
  history: readonly T[],
  max: number,
): T[] {
  if (max < 0) return []
  const lastDeployed = history.findLast((record) => record.info.status === 'deployed')
  const candidates = history.filter((record) => record !== lastDeployed)
  return candidates.slice(0, Math.max(0, history.length - max))
}
