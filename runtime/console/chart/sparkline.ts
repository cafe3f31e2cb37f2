/** The course of one row of a table in a few pixels. Its numbers stand beside it. */
import { html } from 'hono/html'
import type { Html } from '../types.ts'
import { type Bar, countAll, type SeriesCounts } from './bars.ts'

const BAR_WIDTH = 10
const HEIGHT = 32

export function sparkline(bars: readonly Bar[]): Html {
  const max = Math.max(1, ...bars.map(({ counts }) => countAll(counts)))
  return html`<svg class="chart" aria-hidden="true" viewBox="0 0 ${bars.length * BAR_WIDTH} ${HEIGHT}" preserveAspectRatio="none">
${bars.map(({ counts }, at) => bar(counts, at, max))}
</svg>`
}

/** Failures in their own colour, on top. */
function bar(counts: SeriesCounts, at: number, max: number): Html {
  const height = (count: number) => (count === 0 ? 0 : Math.max(3, Math.round((count / max) * HEIGHT)))
  const [sent, failed] = [height(countAll(counts) - counts.failed), height(counts.failed)]
  const rect = (y: number, tall: number, name: string) =>
    html`<rect x="${at * BAR_WIDTH + 1}" y="${y}" width="${BAR_WIDTH - 2}" height="${tall}"${name && html` class="${name}"`}/>`
  if (sent + failed === 0) return rect(HEIGHT - 1, 1, 'none')
  return html`${sent > 0 && rect(HEIGHT - sent, sent, '')}${failed > 0 && rect(HEIGHT - sent - failed, failed, 'bad')}`
}
