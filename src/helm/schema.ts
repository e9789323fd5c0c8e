import type { GoMap } from '../gotemplate/index.ts'
import type { Chart } from './chart.ts'

/** placeholder, replaced below */
export function validateValues(_chart: Chart, _values: GoMap): void {}
