/** A bar for each hour, drawn on the server; its numbers are in it as text, too. */
import { html } from 'hono/html'
import { formatCount } from '../../../lib/format.ts'
import type { Html } from '../../types.ts'

export interface ChartOf {
  /** For references inside the page; one chart each. */
  readonly id: string
  readonly title: string
  /** Oldest first. */
  readonly values: readonly number[]
  /** When the first bar begins, milliseconds; each is an hour. */
  readonly from: number
}

const WIDE = 10
const HIGH = 32

export function hourChart({ id, title, values, from }: ChartOf): Html {
  const most = Math.max(1, ...values)
  const total = values.reduce((sum, value) => sum + value, 0)
  const told = total === 0 ? 'none' : values.map(formatCount).join(', ')
  return html`<svg class="chart" role="img" aria-labelledby="${id}-t ${id}-d" viewBox="0 0 ${values.length * WIDE} ${HIGH}" preserveAspectRatio="none">
<title id="${id}-t">${title}: ${formatCount(total)}</title>
<desc id="${id}-d">Hour by hour from ${clockTime(from)} UTC: ${told}</desc>
${values.map((value, at) => bar(value, at, most, from))}
</svg>`
}

function bar(value: number, at: number, most: number, from: number): Html {
  const high = value === 0 ? 1 : Math.max(3, Math.round((value / most) * HIGH))
  return html`<rect x="${at * WIDE + 1}" y="${HIGH - high}" width="${WIDE - 2}" height="${high}"${value === 0 ? html` class="none"` : ''}><title>${clockTime(from + at * HOUR)} UTC: ${formatCount(value)}</title></rect>`
}

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

const clockTime = (ms: number) => new Date(ms).toISOString().slice(11, 16)
