import { describe, expect, test } from 'vitest'
import { decodeText, encodeText } from '../../../src/base/index.ts'
import { parseListing } from '../../../src/source/bucket/listing.ts'
import { signedHeaders } from '../../../src/source/bucket/sign.ts'
import { fetchBucket, type HttpRequest, type HttpResponse, readBucket } from '../../../src/source/index.ts'

/** The examples of Amazon's documentation: "Signature Calculations for the Authorization Header". */
describe('AWS Signature Version 4', () => {
  const credentials = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const scope = { region: 'us-east-1', time: Date.UTC(2013, 4, 24) }
  test.each([
    ['/test.txt', { range: 'bytes=0-9' }, 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'],
    ['/?lifecycle', {}, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', {}, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('%s', (path, headers, signature) => {
    const url = new URL(path, 'https://examplebucket.s3.amazonaws.com')
    const { authorization } = signedHeaders(url, credentials, scope, headers as Record<string, string>)
    expect(authorization).toContain(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;',
    )
    expect(authorization).toMatch(new RegExp(`Signature=${signature}$`))
  })
})

test('a listing: entities, quotes around ETags, the next page', () => {
  const xml = `<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated>
<Contents><Key>a&amp;b/&#x65;&#233;</Key><ETag>&quot;1f&quot;</ETag><Size>3</Size></Contents>
<Contents><Key>&lt;IsTruncated&gt;</Key><ETag>"2"</ETag><Size>0</Size></Contents>
<NextContinuationToken>t/1+=</NextContinuationToken></ListBucketResult>`
  expect(parseListing(xml)).toEqual({
    objects: [
      { key: 'a&b/eé', etag: '1f', size: 3 },
      { key: '<IsTruncated>', etag: '2', size: 0 },
    ],
    next: 't/1+=',
  })
  expect(parseListing(xml.replace('true', 'false')).next).toBeUndefined()
})

describe('a bucket', () => {
  const objects: Record<string, string> = {
    '.sourceignore': 'docs/\n',
    'charts/web/Chart.yaml': 'name: web\n',
    'charts/web/templates/a b+c.yaml': 'a: 1\n',
    'docs/readme.md': 'no',
    'folder/': '',
    '../../out': 'of another folder',
    'skip.txt': 'no',
  }
  const xml = (keys: readonly string[], next?: string): string => {
    const contents = keys.map(
      (key) => `<Contents><Key>${key}</Key><ETag>"${key.length}"</ETag><Size>1</Size></Contents>`,
    )
    const more = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
    return `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents.join('')}${more}</ListBucketResult>`
  }
  const answer = (status: number, text: string): HttpResponse => ({ status, headers: {}, body: encodeText(text) })
  const store = (requests: HttpRequest[] = []) => ({
    request: async (request: HttpRequest): Promise<HttpResponse> => {
      requests.push(request)
      const { pathname, searchParams } = new URL(request.url)
      if (!pathname.startsWith('/charts/'))
        return answer(404, '<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>')
      if (searchParams.get('list-type') === '2') {
        const keys = Object.keys(objects)
        return searchParams.get('continuation-token') === null
          ? answer(200, xml(keys.slice(0, 3), 'page 2'))
          : answer(200, xml(keys.slice(3)))
      }
      const key = decodeURIComponent(pathname.slice('/charts/'.length))
      const content = objects[key]
      if (content === undefined) return answer(404, '<Error><Code>NoSuchKey</Code></Error>')
      return answer(200, content)
    },
  })
  const object = (spec: Record<string, unknown>) => ({
    kind: 'Bucket',
    spec: { endpoint: 'minio.local:9000', insecure: true, bucketName: 'charts', ...spec },
  })
  const secrets = (name: string) => (name === 'keys' ? { accesskey: 'me', secretkey: 'hidden' } : undefined)
  const read = (spec: Record<string, unknown> = {}) => readBucket(object(spec) as never, secrets, () => undefined)

  test('pages, ignored objects, a revision of keys and ETags', async () => {
    const requests: HttpRequest[] = []
    const context = { http: store(requests), now: () => Date.UTC(2026, 0, 1) }
    const { files, revision } = await fetchBucket(read({ ignore: 'skip.txt', secretRef: { name: 'keys' } }), context)
    expect(files.map(({ path, content }) => [path, decodeText(content)])).toEqual([
      ['charts/web/Chart.yaml', 'name: web\n'],
      ['charts/web/templates/a b+c.yaml', 'a: 1\n'],
    ])
    // sha256sum of "charts/web/Chart.yaml 21\ncharts/web/templates/a b+c.yaml 31\n".
    expect(revision).toBe('sha256:b88c6fca9bbcee4e55114f766a0c9310bad1cbe1f996e1d7693437a6d5253648')
    expect(
      requests.every(({ headers }) => headers['authorization']?.includes('Credential=me/20260101/us-east-1')),
    ).toBe(true)
    expect(JSON.stringify(requests)).not.toContain('hidden')
  })

  test('what cannot be had', async () => {
    const context = { http: store(), now: Date.now }
    await expect(fetchBucket(read({ bucketName: 'other' }), context)).rejects.toThrow("bucket 'other' not found")
    expect(() => read({ provider: 'gcp' })).toThrow("the provider 'gcp'")
    expect(() => read({ secretRef: { name: 'gone' } })).toThrow("authentication secret 'gone'")
    await expect(fetchBucket(read({ endpoint: 'x/../y' }), context)).rejects.toThrow('does not follow')
  })
})
