// Writes the facts that src/helm needs from ../shared: Helm's own list of API versions (.Capabilities.APIVersions).
//   node src/helm/data/generate.mjs
import { readFileSync, writeFileSync } from 'node:fs'

const shared = new URL('../../../../shared/conformance/helm/api-versions.json', import.meta.url)
const versions = JSON.parse(readFileSync(shared, 'utf8'))
writeFileSync(new URL('api-versions.json', import.meta.url), `${JSON.stringify(versions)}\n`)
