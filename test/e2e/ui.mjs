/** What a user does in VS Code, by clicking and typing only. Waits on what is to be seen, never on a time. */
import { until } from './vscode.mjs'

export class Workbench {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page
  }

  /** Opens the Fluxkit side bar. */
  async openFluxkit() {
    await this.page.locator('.activitybar a[aria-label^="Fluxkit"]').click({ timeout: 60_000 })
    await this.view('Fleet').waitFor({ timeout: 30_000 })
  }

  /** One of the views of the side bar. */
  view(name) {
    return this.page
      .locator('.split-view-view', { has: this.page.locator(`.pane-header[aria-label^="${name}"]`) })
      .last()
  }

  /** A row by its whole label, and a part of its description where given. */
  row(view, label, description) {
    const rows = this.view(view).locator('.monaco-list-row', {
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${escapeRegExp(label)}$`) }),
    })
    return description === undefined ? rows.first() : rows.filter({ hasText: description }).first()
  }

  /** Scrolls a view, as with the wheel, until a row is there: lists draw only what fits. */
  async find(view, label, timeout = 30_000) {
    const row = this.row(view, label)
    const body = this.view(view).locator('.monaco-list').first()
    let step = 120
    await until(`${label} in ${view}`, timeout, async () => {
      if (await row.isVisible().catch(() => false)) return true
      if (!(await body.isVisible().catch(() => false))) return false
      await body.hover()
      const rows = () => body.locator('.monaco-list-row').evaluateAll((all) => all.map((each) => each.id).join())
      const before = await rows()
      await this.page.mouse.wheel(0, step)
      if (before === (await rows())) step = -step
      return false
    }).catch(async (error) => {
      throw new Error(`${error.message}; the view shows: ${await this.labels(view)}`)
    })
    return row
  }

  /** What a view shows, for messages. */
  async labels(view) {
    const rows = this.view(view).locator('.monaco-list-row')
    return JSON.stringify(await rows.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label'))))
  }

  /** Folds or unfolds a whole view. */
  async toggleView(name) {
    await this.view(name).locator('.pane-header').click()
  }

  /** Makes the side bar wider by its edge. */
  async widenSideBar(by) {
    const box = await this.page.locator('.part.sidebar').boundingBox()
    const x = box.x + box.width
    const y = box.y + box.height / 2
    await this.page.mouse.move(x, y)
    await this.page.mouse.down()
    await this.page.mouse.move(x + by, y, { steps: 4 })
    await this.page.mouse.up()
  }

  /** Waits for a row whose accessible label holds a text, such as "Ready". */
  async waitForRow(view, label, text, timeout = 30_000) {
    const row = this.row(view, label)
    await until(`${label} in ${view} to be "${text}"`, timeout, async () => {
      if ((await row.count()) === 0) return false
      const said = await row.getAttribute('aria-label', { timeout: 1000 }).catch(() => '')
      return said?.includes(text)
    }).catch(async (error) => {
      throw new Error(`${error.message}; the view shows: ${await this.labels(view)}`)
    })
    return row
  }

  /** Unfolds a row. */
  async expand(view, label) {
    await this.#setExpanded(view, label, 'true')
  }

  async collapse(view, label) {
    await this.#setExpanded(view, label, 'false')
  }

  async #setExpanded(view, label, wanted) {
    const row = await this.find(view, label)
    if ((await row.getAttribute('aria-expanded')) !== wanted) await row.locator('.monaco-tl-twistie').click()
    await until(`${label} to fold or unfold`, 10_000, async () => (await row.getAttribute('aria-expanded')) === wanted)
  }

  /** Clicks an action in a row or in the title of a view; they show when the pointer is over them. */
  async clickRowAction(view, label, action) {
    const row = await this.find(view, label)
    await row.hover()
    await row.locator(`.action-label[aria-label^="${action}"]`).first().click()
  }

  async clickTitleAction(view, action) {
    const pane = this.view(view)
    await pane.locator('.pane-header').hover()
    await pane.locator(`.pane-header .action-label[aria-label^="${action}"]`).first().click()
  }

  /** Runs a command by its name in the palette. */
  async command(name) {
    await this.page.keyboard.press('F1')
    const input = this.page.locator('.quick-input-widget input.input')
    await input.waitFor()
    await input.fill(`>${name}`)
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click()
  }

  /** Picks an entry of the list that has opened. */
  async pick(text) {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click({ timeout: 15_000 })
  }

  /** Opens a file by name, as with Ctrl+P. */
  async openFile(path) {
    await this.page.keyboard.press('Control+P')
    const input = this.page.locator('.quick-input-widget input.input')
    await input.waitFor()
    await input.fill(path)
    const folder = path.split('/').at(-2) ?? ''
    const rows = this.page.locator('.quick-input-list .monaco-list-row', { hasText: path.split('/').at(-1) })
    await rows.filter({ hasText: folder }).first().click({ timeout: 15_000 })
    await this.tab(path.split('/').at(-1)).waitFor()
  }

  tab(name) {
    return this.page.locator('.tabs-container .tab', { hasText: name }).first()
  }

  /** The text of the editor that has the focus, as drawn (long files only in part). */
  async editorText() {
    const lines = await this.page.locator('.editor-instance .view-lines').last().locator('.view-line').allTextContents()
    return lines.join('\n').replaceAll('\u00a0', ' ')
  }

  /** Waits until the editor shows a text. */
  async waitForText(text, timeout = 30_000) {
    await until(`the editor to show "${text}"`, timeout, async () =>
      (await this.editorText().catch(() => '')).includes(text),
    ).catch(async (error) => {
      throw new Error(
        `${error.message}; it shows:\n${(await this.editorText().catch(() => '(nothing)')).slice(0, 1500)}`,
      )
    })
  }

  /**
   * The hover with a text, over a token of the editor. Looks again: a code lens that comes between the two moves the
   * lines, and another token is below the mouse.
   */
  async hoverOver(token, text) {
    const hover = this.page.locator('.monaco-hover:not(.hidden)', { hasText: text }).first()
    await until(`a hover with "${text}"`, 30_000, async () => {
      await this.page.mouse.move(0, 0)
      await token.hover()
      return hover.waitFor({ timeout: 4_000 }).then(
        () => true,
        () => undefined,
      )
    })
    return hover
  }

  /** Waits until the diff editor shows one text on its left and another on its right. */
  async waitForDiff(left, right) {
    for (const [side, text] of [
      ['original', left],
      ['modified', right],
    ]) {
      const lines = this.page.locator(`.monaco-diff-editor .editor.${side} .view-line`)
      await until(`the ${side} side to show "${text}"`, 15_000, async () => {
        const all = await lines.allTextContents()
        return all.join('\n').replaceAll('\u00a0', ' ').includes(text)
      })
    }
  }

  /** Puts the cursor at the end of the line that holds a text. */
  async goToEndOf(text) {
    await this.page.locator('.editor-instance .view-line', { hasText: text }).first().click()
    await this.page.keyboard.press('End')
  }

  async closeAllEditors() {
    await this.command('View: Close All Editors')
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' })
  }

  /** A change of theme fades; waits until the colours stand still. */
  async settleColors() {
    const colors = () =>
      this.page
        .locator('.part.statusbar, .part.sidebar, .part.editor')
        .evaluateAll((parts) => parts.map((part) => getComputedStyle(part).backgroundColor).join())
    let before = ''
    await until('the colours to settle', 10_000, async () => {
      const last = before
      before = await colors()
      return last === before
    })
  }

  async screenshot(path) {
    await this.page.mouse.move(700, 880)
    await until('hovers to go', 5000, async () => (await this.page.locator('.workbench-hover').count()) === 0).catch(
      () => undefined,
    )
    await this.page.screenshot({ path })
  }
}

function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
