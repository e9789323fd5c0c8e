/** HelmReleases in the editor: one of a chart of the workspace, one of a packed chart of a repository on this machine. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { packChart } from '../support/chart-archive.ts'
import { until } from './vscode.mjs'

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.name" . }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
`

const helpers = '{{- define "app.name" -}}\n{{ .Release.Name }}-{{ .Chart.Name }}\n{{- end -}}\n'

const values = `# -- How many Pods there are.
replicas: 1
image:
  # -- Where the image is from.
  repository: docker.io/library/nginx
  tag: 1.27.0
`

const schema = JSON.stringify({
  type: 'object',
  properties: { replicas: { type: 'integer', minimum: 0, description: 'A whole number.' } },
})

/** The files of a chart, by their names below its folder. */
const chart = (name, version) => ({
  'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
  'values.yaml': values,
  'values.schema.json': schema,
  'templates/_helpers.tpl': helpers,
  'templates/deployment.yaml': deployment,
})

const release = (name, source, more) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  chart:
    spec:
${source}
  values:
    replicas: 2
${more}`

/** Serves a chart repository on this machine. @returns its URL and its end. */
export async function serveCharts() {
  const archive = packChart('parcel', chart('parcel', '2.3.0'))
  const index = 'apiVersion: v1\nentries:\n  parcel:\n    - { name: parcel, version: 2.3.0, urls: [parcel.tgz] }\n'
  const server = createServer(({ url }, answer) => answer.end(url === '/parcel.tgz' ? archive : index))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() }
}

/** What a fleet needs for these steps, by path. */
export function releaseFiles(repository) {
  const own =
    '      chart: ./apps/charts/hello\n      sourceRef:\n        kind: GitRepository\n        name: flux-system'
  const far =
    '      chart: parcel\n      version: 2.x\n      sourceRef:\n        kind: HelmRepository\n        name: parcels'
  return {
    'clusters/staging/hello.yaml': release('hello', own, '    image:\n      tag: 1.27.1\n'),
    'clusters/staging/parcel.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: parcels
  namespace: flux-system
spec:
  interval: 1h
  url: ${repository}
---
${release('parcel', far, '')}`,
    ...Object.fromEntries(
      Object.entries(chart('hello', '0.1.0')).map(([name, text]) => [`apps/charts/hello/${name}`, text]),
    ),
  }
}

/** The steps; `step` runs one. */
export async function releases({ step, page, workbench, images }) {
  await step('the Fleet view has the HelmReleases with the charts that were found', async () => {
    await workbench.find('Fleet', 'hello')
    await workbench.waitForRow('Fleet', 'hello', 'hello 0.1.0')
    await workbench.find('Fleet', 'parcel')
    await workbench.waitForRow('Fleet', 'parcel', 'parcel 2.3.0')
  })
  await step('a HelmRelease is built into a read-only document', async () => {
    await workbench.clickRowAction('Fleet', 'hello', 'Build')
    await workbench.tab('hello (build).yaml').waitFor({ timeout: 15_000 })
    await workbench.waitForText('# Source: hello/templates/deployment.yaml')
    await workbench.waitForText('docker.io/library/nginx:1.27.1')
  })
  await step('a field of it says which line of the template wrote it, from which values', async () => {
    const field = page
      .locator('.view-line', { hasText: 'nginx:1.27.1' })
      .first()
      .locator('span span', { hasText: 'nginx' })
    const hover = await workbench.hoverOver(field.last(), 'spec.template.spec.containers[0].image')
    await hover.getByText('apps/charts/hello/templates/deployment.yaml:17').first().waitFor()
    await hover.getByText('clusters/staging/hello.yaml').first().waitFor()
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(images, 'release-build-dark.png') })
    await page.keyboard.press('Escape')
  })
  await step('a field of a packed chart leads into its template', async () => {
    await workbench.clickRowAction('Fleet', 'parcel', 'Build')
    await workbench.tab('parcel (build).yaml').waitFor({ timeout: 15_000 })
    await workbench.waitForText('# Source: parcel/templates/deployment.yaml')
    await page
      .locator('.view-line', { hasText: 'name: app' })
      .first()
      .locator('span span', { hasText: 'app' })
      .last()
      .click()
    await page.keyboard.press('F12')
    await workbench.tab('deployment.yaml').waitFor({ timeout: 15_000 })
    await workbench.waitForText('{{ .Values.image.repository }}')
  })
  await step('a value says what the chart says of it', async () => {
    await workbench.closeAllEditors()
    await workbench.openFile('clusters/staging/hello.yaml')
    await workbench.waitForText('replicas: 2')
    const token = page.locator('.view-line span', { hasText: /^replicas$/ }).last()
    const hover = await workbench.hoverOver(token, 'value of chart hello 0.1.0')
    await hover.getByText('How many Pods there are.').waitFor()
    await page.keyboard.press('Escape')
  })
  await step('a value that the chart refuses is underlined while it is typed', async () => {
    await workbench.goToEndOf('replicas: 2')
    await page.keyboard.type('x')
    await page.locator('.cdr.squiggly-error').first().waitFor({ timeout: 15_000 })
    await until('the underline to be on the line of the value', 5000, async () => {
      const boxes = await Promise.all([
        page.locator('.cdr.squiggly-error').first().boundingBox(),
        page.locator('.view-line', { hasText: 'replicas: 2x' }).first().boundingBox(),
      ])
      const tops = boxes.map((box) => box?.y ?? Number.NaN)
      return Math.max(...tops) - Math.min(...tops) < 10
    })
    await workbench.waitForRow('Fleet', 'hello', '1 error')
    await workbench.screenshot(join(images, 'release-problem-dark.png'))
  })
  await step('and no more once it is taken back', async () => {
    await page.keyboard.press('Backspace')
    await page.locator('.cdr.squiggly-error').first().waitFor({ state: 'detached', timeout: 15_000 })
    await until('the file to be as saved', 10_000, async () => {
      if ((await page.locator('.tab.active.dirty').count()) === 0) return true
      await page.keyboard.press('Control+Z')
      return false
    })
  })
}
