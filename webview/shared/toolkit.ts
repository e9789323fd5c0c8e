/** The one place that knows the control library; panels use the elements by their tags. */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox, vsCodeTextField } from '@vscode/webview-ui-toolkit'

/** What panels read of a control; the library's own element types stay in here. */
export interface ToolkitTextField extends HTMLElement {
  value: string
}

export interface ToolkitCheckbox extends HTMLElement {
  checked: boolean
}

/** Defines `<vscode-button>`, `<vscode-checkbox>` and `<vscode-text-field>`. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeTextField())
}
