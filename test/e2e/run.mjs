/**
 * The whole path in a real VS Code: the packed extension on a real fleet, used by clicking and typing only.
 * Prints a line for each step and `end to end: N passed, M failed`; with `UPDATE=1` it renews docs/images.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFleet, mistakeLine, unreachableKubeconfig } from './fixture.mjs'
import { releaseFiles, releases, serveCharts } from './releases.mjs'
import { root } from './setup.mjs'
import { Workbench } from './ui.mjs'
import { openBrowser, packExtension, serveCode, until } from './vscode.mjs'

const home = mkdtempSync(join(tmpdir(), 'fluxkit-e2e-'))
/** `UPDATE=1` renews the pictures of the documentation; without it they go away with the run. */
const images = process.env.UPDATE === '1' ? join(root, 'docs', 'images') : join(home, 'images')
const themes = { dark: 'Default Dark Modern', light: 'Default Light Modern' }

let passed = 0
let failed = 0
let code
let browser
let page
const charts = await serveCharts()
try {
  const fleet = makeFleet(home, releaseFiles(charts.url))
  if (fleet === undefined) {
    console.log('end to end: absent (the fleets of ../shared/fleets are not on this machine)')
  } else {
    await main(fleet)
    console.log(`end to end: ${passed} passed, ${failed} failed`)
  }
} catch (error) {
  failed++
  console.error(error)
  console.log(`end to end: ${passed} passed, ${failed} failed`)
} finally {
  await browser?.close()
  await code?.stop()
  charts.stop()
  if (process.env.FLUXKIT_E2E_KEEP === undefined) rmSync(home, { recursive: true, force: true })
  else console.log(`kept ${home}`)
}
process.exit(failed === 0 ? 0 : 1)

/** Each step builds on those before it, so the first that fails ends the run; a picture shows how it looked. */
async function step(name, work) {
  const started = Date.now()
  try {
    await work()
    passed++
    console.log(`ok      ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  } catch (error) {
    const picture = join(tmpdir(), 'fluxkit-e2e-failure.png')
    await page?.screenshot({ path: picture }).catch(() => undefined)
    console.log(`FAILED  ${name}; see ${picture}`)
    throw error
  }
}

async function main(fleet) {
  mkdirSync(images, { recursive: true })
  let vsix
  await step('the extension is packed', () => {
    vsix = packExtension(home)
    const size = statSync(vsix).size
    if (size > 5_000_000) throw new Error(`the VSIX has ${size} bytes, the budget is 5 MB`)
    console.log(`        ${(size / 1e6).toFixed(2)} MB`)
  })
  writeFileSync(join(home, 'kubeconfig'), unreachableKubeconfig)
  code = await serveCode({ vsix, home, folder: fleet, settings: { 'workbench.colorTheme': themes.dark } })
  ;({ browser, page } = await openBrowser())
  await page.goto(code.url)
  const workbench = new Workbench(page)
  await looking(workbench)
  await checking(workbench)
  await releases({ step, page, workbench, images })
  await running(workbench)
  await acting(workbench)
  await pictures(workbench)
  await code.stop()
  await restricted(vsix, fleet)
}

/** A folder that the user has not trusted: files are checked, nothing is contacted or started. */
async function restricted(vsix, fleet) {
  const profile = join(home, 'restricted')
  mkdirSync(profile)
  writeFileSync(join(profile, 'kubeconfig'), unreachableKubeconfig)
  code = await serveCode({ vsix, home: profile, folder: fleet, settings: {}, trust: false })
  await page.goto(code.url)
  const workbench = new Workbench(page)
  await step('a restricted workspace lists the fleet and checks its files', async () => {
    await workbench.openFluxkit()
    await (await workbench.find('Fleet', 'shop')).click()
    await page.locator('.cdr.squiggly-error').first().waitFor({ timeout: 15_000 })
  })
  await step('a restricted workspace contacts no cluster', async () => {
    await workbench.view('Clusters').getByText('not contacted from a restricted workspace').waitFor()
    if ((await workbench.row('Clusters', 'unreachable').count()) > 0) throw new Error('contexts are listed')
  })
}

async function looking(workbench) {
  await step('the side bar opens', async () => {
    await workbench.openFluxkit()
    await workbench.widenSideBar(90)
  })
  await step('the Fleet view lists the Kustomizations of each cluster', async () => {
    await workbench.collapse('Fleet', 'production')
    for (const name of ['staging', 'flux-system', 'apps', 'infra-configs', 'infra-controllers', 'shop', 'web']) {
      await workbench.find('Fleet', name)
    }
  })
  await step('a context is contacted when it is unfolded, and says why it does not answer', async () => {
    await workbench.waitForRow('Clusters', 'unreachable', 'current')
    await (await workbench.find('Clusters', 'unreachable')).locator('.monaco-tl-twistie').click()
    await workbench.waitForRow('Clusters', 'unreachable', 'ECONNREFUSED')
  })
  await step('nothing is contacted: the dev cluster is stopped', () =>
    workbench.waitForRow('Clusters', 'Dev cluster', 'stopped'),
  )
}

async function checking(workbench) {
  await step('a wrong sourceRef is underlined on its line', async () => {
    await (await workbench.find('Fleet', 'shop')).click()
    await workbench.tab('shop.yaml').waitFor()
    await workbench.waitForText('flux-sytem')
    await page.locator('.cdr.squiggly-error').first().waitFor({ timeout: 15_000 })
    const number = new RegExp(`^${mistakeLine}$`)
    await until(`the underline to be on line ${mistakeLine}`, 5000, async () => {
      const boxes = await Promise.all([
        page.locator('.cdr.squiggly-error').first().boundingBox(),
        page.locator('.view-line', { hasText: 'flux-sytem' }).first().boundingBox(),
        page.locator('.line-numbers', { hasText: number }).first().boundingBox(),
      ])
      const tops = boxes.map((box) => box?.y ?? Number.NaN)
      return Math.max(...tops) - Math.min(...tops) < 10
    })
  })
  await workbench.screenshot(join(images, 'problem-dark.png'))
  await step('a Kustomization is built into a read-only document', async () => {
    await workbench.clickRowAction('Fleet', 'web', 'Build')
    await workbench.tab('web (build).yaml').waitFor({ timeout: 15_000 })
    await workbench.waitForText('docker.io/library/nginx:1.27.0')
    await workbench.waitForText('kind: Namespace')
  })
  await step('a field of the build says where it comes from, and leads there', async () => {
    const field = page
      .locator('.view-line', { hasText: 'nginx:1.27.0' })
      .first()
      .locator('span span', { hasText: 'nginx' })
    const hover = await workbench.hoverOver(field.last(), 'spec.template.spec.containers[0].image')
    await hover.getByText('apps/web/deployment.yaml').first().waitFor()
    // Faded in, and not by the workbench, which moves the mouse out of the way.
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(images, 'build-dark.png') })
    await page.keyboard.press('Escape')
    await field.last().click()
    await page.keyboard.press('F12')
    await workbench.tab('deployment.yaml').waitFor({ timeout: 15_000 })
  })
  await step('completion and hover answer', async () => {
    await workbench.openFile('clusters/staging/web.yaml')
    await workbench.waitForText('./apps/web')
    await workbench.hoverOver(page.locator('.view-line span', { hasText: /^prune$/ }).last(), /prune/i)
    await page.keyboard.press('Escape')
  })
}

async function running(workbench) {
  await step('the dev cluster starts', async () => {
    await workbench.clickRowAction('Clusters', 'Dev cluster', 'Start Dev Cluster')
    await workbench.waitForRow('Clusters', 'Dev cluster', '127.0.0.1', 60_000)
  })
  await step('the engine runs on the working tree', async () => {
    await workbench.clickTitleAction('Workloads', 'Run Engine')
    await workbench.pick('staging')
    await workbench.waitForRow('Clusters', 'Dev cluster', 'engine running', 60_000)
  })
  await step('the Kustomizations that need no chart turn Ready', async () => {
    for (const name of ['flux-system', 'web']) await workbench.waitForRow('Workloads', name, 'Ready', 60_000)
  })
  await step('a Kustomization without a source says so', () =>
    workbench.waitForRow('Workloads', 'shop', 'flux-sytem', 30_000),
  )
  await step('HelmReleases have no controller yet', () =>
    workbench.waitForRow('Workloads', 'cert-manager', 'No controller yet'),
  )
  await step('the inventory shows what was applied', async () => {
    await workbench.expand('Workloads', 'web')
    await deploymentRow(workbench).waitFor()
  })
}

async function acting(workbench) {
  await step('the live manifest opens', async () => {
    await deploymentRow(workbench).click()
    await workbench.tab('web (live).yaml').waitFor({ timeout: 15_000 })
    await workbench.waitForText('nginx:1.27.0')
    // A preview tab would be replaced by the next file.
    await workbench.tab('web (live).yaml').dblclick()
  })
  await step('an image tag is edited and saved', () => editTag(workbench, '1.27.0', '1'))
  const saved = Date.now()
  await step('the Deployment changes in the open live manifest', async () => {
    await workbench.tab('web (live).yaml').click()
    await workbench.waitForText('nginx:1.27.1', 30_000)
    console.log(`        seen ${((Date.now() - saved) / 1000).toFixed(1)} s after the save`)
  })
  await step('a diff shows what the unsaved edit would change in the cluster', async () => {
    await workbench.openFile('apps/web/deployment.yaml')
    await workbench.goToEndOf('nginx:1.27.1')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('9')
    await contextMenu(workbench, 'Fleet', 'web', 'Diff against Cluster')
    await workbench.tab('Deployment/web/web: Dev cluster').waitFor({ timeout: 20_000 })
    await workbench.waitForDiff('nginx:1.27.1', 'nginx:1.27.9')
  })
  await workbench.screenshot(join(images, 'diff-dark.png'))
  await step('the edit is taken back', async () => {
    await workbench.openFile('apps/web/deployment.yaml')
    await workbench.goToEndOf('nginx:1.27.9')
    await until('the file to be as saved', 10_000, async () => {
      if ((await page.locator('.tab.active.dirty').count()) === 0) return true
      await page.keyboard.press('Control+Z')
      return false
    })
    await workbench.waitForText('nginx:1.27.1')
  })
  await step('the graph shows source, Kustomizations and objects', async () => {
    await workbench.closeAllEditors()
    const frame = await openGraph(workbench)
    await frame.locator('button.node.workload.ready', { hasText: 'web' }).first().waitFor({ timeout: 20_000 })
    await frame.locator('button.node.source.ready', { hasText: 'flux-system' }).first().waitFor()
    await frame.locator('button.node.object', { hasText: 'Deployment' }).first().waitFor()
  })
  await workbench.screenshot(join(images, 'graph-dark.png'))
  await step('a click in the graph reveals the declaration', async () => {
    const frame = await graphFrame()
    await frame.locator('button.node.workload', { hasText: 'web' }).first().click()
    await workbench.tab('web.yaml').waitFor({ timeout: 15_000 })
  })
  await step('a Kustomization is suspended and resumed', async () => {
    await contextMenu(workbench, 'Workloads', 'web', 'Suspend')
    await workbench.waitForRow('Workloads', 'web', 'Suspended')
    await workbench.clickRowAction('Workloads', 'web', 'Resume')
    await workbench.waitForRow('Workloads', 'web', 'Ready')
  })
}

async function pictures(workbench) {
  await step('a worker that is killed comes back with clusters and engine', async () => {
    const [before] = workerPids()
    process.kill(before, 'SIGKILL')
    await until('another worker', 30_000, () => workerPids().some((pid) => pid !== before))
    await workbench.waitForRow('Clusters', 'Dev cluster', 'engine running', 30_000)
    await workbench.waitForRow('Workloads', 'web', 'Ready', 30_000)
  })
  await step('a worker that is restarted takes over the dev cluster', async () => {
    const [before] = workerPids()
    await workbench.command('Fluxkit: Restart Worker')
    await until('another worker', 30_000, () => workerPids().every((pid) => pid !== before) && workerPids().length > 0)
    await workbench.waitForRow('Clusters', 'Dev cluster', 'engine running', 30_000)
  })
  await step('its engine goes on: another edit is applied', async () => {
    await workbench.closeAllEditors()
    await deploymentRow(workbench).click()
    await workbench.waitForText('nginx:1.27.1')
    await workbench.tab('web (live).yaml').dblclick()
    await editTag(workbench, '1.27.1', '2')
    await workbench.tab('web (live).yaml').click()
    await workbench.waitForText('nginx:1.27.2')
  })
  await step('everything looks right in a dark theme', async () => {
    await workbench.closeAllEditors()
    await workbench.openFile('clusters/staging/web.yaml')
    await page.locator('.codelens-decoration', { hasText: 'Ready at main@' }).first().waitFor({ timeout: 15_000 })
    await workbench.screenshot(join(images, 'overview-dark.png'))
  })
  await step('everything looks right in a light theme too', async () => {
    await workbench.command('Preferences: Color Theme')
    await page.locator('.quick-input-widget input.input').fill('Light Modern')
    await workbench.pick('Light Modern')
    await page.locator('.monaco-workbench.vs').waitFor({ timeout: 15_000 })
    await workbench.settleColors()
    await workbench.screenshot(join(images, 'overview-light.png'))
    await workbench.clickRowAction('Fleet', 'hello', 'Build')
    await workbench.waitForText('# Source: hello/templates/deployment.yaml')
    await workbench.screenshot(join(images, 'release-build-light.png'))
    await workbench.closeAllEditors()
    const frame = await openGraph(workbench)
    await frame.locator('button.node.workload.ready', { hasText: 'web' }).first().waitFor({ timeout: 20_000 })
    await workbench.screenshot(join(images, 'graph-light.png'))
  })
  await step('and in high contrast, where the keyboard walks the graph', async () => {
    await workbench.command('Preferences: Color Theme')
    await page.locator('.quick-input-widget input.input').fill('Dark High Contrast')
    await workbench.pick('Dark High Contrast')
    await page.locator('.monaco-workbench.hc-black').waitFor({ timeout: 15_000 })
    await workbench.settleColors()
    await workbench.closeAllEditors()
    const frame = await openGraph(workbench)
    await frame.getByRole('button', { name: 'Refresh' }).click()
    await page.keyboard.press('Tab')
    const focused = frame.locator('button.node:focus')
    const first = await focused.textContent({ timeout: 5_000 })
    await page.keyboard.press('ArrowRight')
    if ((await focused.textContent()) === first) throw new Error('the arrow key does not lead to the next node')
    if ((await focused.evaluate((node) => getComputedStyle(node).outlineStyle)) === 'none') {
      throw new Error('the node that has the focus does not show it')
    }
    await workbench.screenshot(join(images, 'graph-high-contrast.png'))
  })
}

/** The Deployment below the Kustomization `web`. */
function deploymentRow(workbench) {
  return workbench.view('Workloads').locator('.monaco-list-row[aria-level="2"]', { hasText: 'Deployment' }).first()
}

/** Changes the last digit of the image's tag in its file, by the keyboard, and saves. */
async function editTag(workbench, before, digit) {
  await workbench.openFile('apps/web/deployment.yaml')
  await workbench.goToEndOf(`nginx:${before}`)
  await page.keyboard.press('Backspace')
  await page.keyboard.type(digit)
  await workbench.waitForText(`nginx:${before.slice(0, -1)}${digit}`)
  await page.keyboard.press('Control+S')
  await until('the file to be saved', 10_000, async () => (await page.locator('.tab.active.dirty').count()) === 0)
}

/** The worker processes of this run's VS Code. */
function workerPids() {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return words.includes(home) && words.includes('dist/worker.js') ? [Number(name)] : []
    } catch {
      // It has ended while we looked.
      return []
    }
  })
}

/** Picks from the menu of a row. VS Code takes no click in a menu that has only just opened, so it may need another. */
async function contextMenu(workbench, view, label, entry) {
  await (await workbench.find(view, label)).click({ button: 'right' })
  const item = page.locator('.monaco-menu .action-label', { hasText: new RegExp(`^${entry}$`) }).first()
  await item.waitFor()
  await until(`the menu to close on "${entry}"`, 10_000, async () => {
    await item.click({ timeout: 1000 }).catch(() => undefined)
    return !(await item.isVisible())
  })
}

/** Opens the graph of the dev cluster; VS Code asks which graph, unless a row of that cluster has the focus. */
async function openGraph(workbench) {
  await workbench.clickTitleAction('Workloads', 'Show Graph')
  const question = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Dev cluster' }).first()
  const tab = workbench.tab('Dev cluster')
  await question.or(tab).first().waitFor()
  if (await question.isVisible()) await question.click()
  await tab.waitFor()
  return graphFrame()
}

/** The document of the graph: a frame inside the frame that VS Code puts around every webview. */
async function graphFrame() {
  return until('the graph to be there', 20_000, async () => {
    for (const frame of page.frames()) {
      if (
        (await frame
          .locator('main#root .canvas')
          .count()
          .catch(() => 0)) > 0
      )
        return frame
    }
    return undefined
  })
}
