/** One page of a bucket's listing. */
export interface BucketPage {
  readonly objects: readonly { readonly key: string; readonly etag: string; readonly size: number }[]
  /** What the next page is asked for with; `undefined` for the last one. */
  readonly next: string | undefined
}

/**
 * Reads the answer to ListObjectsV2. Only the few elements that matter are looked for, so that no XML parser meets
 * what a hostile server sends; the answer's size is bounded by the caller.
 */
export function parseListing(xml: string): BucketPage {
  const objects = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, inner = '']) => ({
    key: element(inner, 'Key') ?? '',
    etag: (element(inner, 'ETag') ?? '').replace(/^"|"$/g, ''),
    size: Number(element(inner, 'Size') ?? '0'),
  }))
  const isTruncated = element(xml.replace(/<Contents>[\s\S]*?<\/Contents>/g, ''), 'IsTruncated') === 'true'
  return { objects, next: isTruncated ? element(xml, 'NextContinuationToken') : undefined }
}

/** The code and the message of an S3 error; `undefined` for anything else. */
export function parseS3Error(xml: string): { readonly code: string; readonly message: string } | undefined {
  const code = element(xml, 'Code')
  return code === undefined ? undefined : { code, message: element(xml, 'Message') ?? '' }
}

function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`)
  const end = start < 0 ? -1 : xml.indexOf(`</${name}>`, start)
  return end < 0 ? undefined : unescaped(xml.slice(start + name.length + 2, end))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
