import { describe, expect, test } from 'vitest'
import { getString, type JsonObject, MemoryFileSystem } from '../../../src/base/index.ts'
import { createFleet, listReleases } from '../../../src/fleet/index.ts'
import { ReleaseRenderer } from '../../../src/fleet/releases/index.ts'
import { makeCapabilities } from '../../../src/helm/index.ts'
import { unpackChart } from '../../../src/host/index.ts'
import { createSchemaRegistry } from '../../../src/schema/index.ts'
import { HttpCharts, OciCharts } from '../../../src/source/index.ts'
import { fluxSync } from '../../support/flux-sync.ts'
import recorded from './helm-controller.json' with { type: 'json' }

/**
 * What helm-controller 1.6.3 (its `action.Install`, dry, over Helm 4.2.4 and fluxcd/pkg/chartutil 1.27.1) makes of a
 * HelmRelease: the values that its templates see, or the manifests and hooks but for tests, by template; or its error.
 */
interface Case {
  readonly name: string
  readonly release: string
  readonly objects?: readonly string[]
  /** Files of the chart that are not as in `base`. */
  readonly files?: Readonly<Record<string, string>>
  readonly values?: string
  readonly expected?: readonly (readonly [path: string, object: JsonObject])[]
  readonly error?: string
}

const { base, cases } = recorded as unknown as {
  readonly base: Record<string, string>
  readonly cases: readonly Case[]
}
const http = { request: async () => ({ status: 404, headers: {}, body: new Uint8Array() }) }

async function render({ release, objects = [], files = {} }: Case) {
  const chart = Object.entries({ ...base, ...files }).map(([path, text]) => [`/repo/charts/c/${path}`, text] as const)
  const fs = new MemoryFileSystem([
    ['/repo/clusters/one/flux-system/gotk-sync.yaml', fluxSync],
    ['/repo/clusters/one/release.yaml', [release, ...objects].join('---\n')],
    ...chart,
  ])
  const fleet = createFleet({ fs, root: '/repo', registry: createSchemaRegistry() })
  const renderer = new ReleaseRenderer(fleet, {
    ...{ http: new HttpCharts({ http }), oci: new OciCharts({ http }) },
    ...{ unpack: unpackChart, capabilities: makeCapabilities() },
  })
  const rendered = await renderer.render(listReleases(fleet)[0]!)
  const errors = rendered.problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []))
  return { rendered, errors }
}

/** Plain JSON: numbers of any kind as the recording has them, keys in any order. */
function plain(object: unknown): unknown {
  return JSON.parse(JSON.stringify(object, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)))
}

describe('as helm-controller', () => {
  test.each(cases)('$name', async (each) => {
    const { rendered, errors } = await render(each)
    const { expected, values, error } = each
    if (error !== undefined) {
      expect(errors).toEqual([expect.stringContaining(error)])
      return
    }
    expect(errors).toEqual([])
    if (values !== undefined) {
      const dump = rendered.objects.find(({ object }) => object.metadata.name === 'values')
      expect(getString(dump?.object, 'data', 'v')).toBe(values)
      return
    }
    const found = rendered.objects.map(({ path, object }, i) => {
      const { namespace, ...metadata } = object.metadata
      // Where an object names no namespace, the one that it ends up in is put in here.
      const isOwn = getString(expected?.[i]?.[1], 'metadata', 'namespace') !== undefined
      return [path, { ...object, metadata: isOwn ? { ...metadata, namespace } : metadata }]
    })
    expect(plain(found)).toEqual(expected)
  })
})
