/** A bar chart by hour as SVG, with its numbers as text for screen readers. */
import { html } from 'hono/html'
import { formatCount } from '../../../lib/format.ts'
import type { Html } from '../../types.ts'

export interface HourChart {
  /** Unique in the page. */
  readonly id: string
  readonly title: string
  /** Oldest first. */
  readonly values: readonly number[]
  /** Start of the first hour, milliseconds. */
  readonly from: number
}

const BAR_WIDTH = 10
const HEIGHT = 32

export function hourChart({ id, title, values, from }: HourChart): Html {
  const max = Math.max(1, ...values)
  const total = values.reduce((sum, value) => sum + value, 0)
  const numbers = total === 0 ? 'none' : values.map(formatCount).join(', ')
  return html`<svg class="chart" role="img" aria-labelledby="${id}-t ${id}-d" viewBox="0 0 ${values.length * BAR_WIDTH} ${HEIGHT}" preserveAspectRatio="none">
<title id="${id}-t">${title}: ${formatCount(total)}</title>
<desc id="${id}-d">Hour by hour from ${clockTime(from)} UTC: ${numbers}</desc>
${values.map((value, index) => bar(value, index, { max, from }))}
</svg>`
}

function bar(value: number, index: number, { max, from }: { max: number; from: number }): Html {
  const height = value === 0 ? 1 : Math.max(3, Math.round((value / max) * HEIGHT))
  return html`<rect x="${index * BAR_WIDTH + 1}" y="${HEIGHT - height}" width="${BAR_WIDTH - 2}" height="${height}"${value === 0 ? html` class="none"` : ''}><title>${clockTime(from + index * HOUR)} UTC: ${formatCount(value)}</title></rect>`
}

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

const clockTime = (ms: number) => new Date(ms).toISOString().slice(11, 16)
