/** The imports before the newest, with their figures. */
import { html } from 'hono/html'
import { countRead, sumCounts } from '../../../backfill/counts.ts'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { formatCount, formatDuration } from '../../../lib/format.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

const MAX_ROWS = 20

export async function earlierImports({ options }: PageContext): Promise<Html | false> {
  const [, ...earlier] = await options.connector.listRuns()
  if (earlier.length === 0) return false
  return html`<div class="table"><table class="stack"><caption>Earlier imports</caption>
<thead><tr><th scope="col">Began</th><th scope="col">Begun in</th><th scope="col">Events until</th>${COUNTS.map(([name]) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col">Result</th></tr></thead>
<tbody>${earlier.slice(0, MAX_ROWS).map(row)}</tbody></table></div>`
}

const COUNTS: readonly (readonly [name: string, count: (run: BackfillProgress) => number])[] = [
  ['Read', countRead],
  ['Delivered', ({ eventsSent }) => eventsSent],
  ['Delivered before', ({ alreadySent }) => alreadySent],
  ['Skipped', ({ skipped }) => sumCounts(skipped)],
  ['Failed', ({ dead }) => dead],
]

function row(run: BackfillProgress): Html {
  return html`<tr><th scope="row">${timeElement(run.startedAt)}</th><td data-name="Begun in">${BEGUN_IN[run.startedBy ?? ''] ?? 'A host program'}</td>
<td data-name="Events until"><div>${timeElement(run.window.until)}${run.only && html` <span class="soft">${run.only.join(', ')}</span>`}</div></td>
${COUNTS.map(([name, count]) => html`<td class="number" data-name="${name}">${formatCount(count(run))}</td>`)}<td data-name="Result">${resultText(run)}</td></tr>`
}

const BEGUN_IN: Readonly<Record<string, string>> = { console: 'The console', command: 'The command line' }

function resultText({ phase, startedAt, endedAt }: BackfillProgress): string {
  const took = endedAt === undefined ? '' : `, ${formatDuration(endedAt - startedAt)}`
  if (phase === 'done') return `Complete${took}`
  return phase === 'incomplete' ? `Incomplete${took}` : 'Replaced by a later import'
}
