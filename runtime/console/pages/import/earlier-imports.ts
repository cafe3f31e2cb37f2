/** The imports before the newest, with their figures. */
import { html } from 'hono/html'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { formatCount, formatDuration } from '../../../lib/format.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

const MAX_ROWS = 20

export async function earlierImports({ options }: PageContext): Promise<Html | false> {
  const [, ...earlier] = await options.connector.listRuns()
  if (earlier.length === 0) return false
  return html`<div class="table"><table><caption>Earlier imports</caption>
<thead><tr><th scope="col">Began</th><th scope="col">Begun in</th><th scope="col">Events until</th><th scope="col" class="number">Read</th><th scope="col" class="number">Delivered</th><th scope="col" class="number">Delivered before</th><th scope="col" class="number">Skipped</th><th scope="col" class="number">Failed</th><th scope="col">Result</th></tr></thead>
<tbody>${earlier.slice(0, MAX_ROWS).map(row)}</tbody></table></div>`
}

function row(run: BackfillProgress): Html {
  const read = run.streams.reduce((sum, { recordsRead }) => sum + recordsRead, 0)
  const skipped = Object.values(run.skipped).reduce((sum, count) => sum + count, 0)
  const counts = [read, run.eventsSent, run.alreadySent, skipped, run.dead]
  return html`<tr><td>${timeElement(run.startedAt)}</td><td>${BEGUN_IN[run.startedBy ?? ''] ?? 'A host program'}</td>
<td>${timeElement(run.window.until)}${run.only && html` <span class="soft">${run.only.join(', ')}</span>`}</td>
${counts.map((count) => html`<td class="number">${formatCount(count)}</td>`)}<td>${resultText(run)}</td></tr>`
}

const BEGUN_IN: Readonly<Record<string, string>> = { console: 'The console', command: 'The command line' }

function resultText({ phase, startedAt, endedAt }: BackfillProgress): string {
  const took = endedAt === undefined ? '' : `, ${formatDuration(endedAt - startedAt)}`
  if (phase === 'done') return `Complete${took}`
  return phase === 'incomplete' ? `Incomplete${took}` : 'Replaced by a later import'
}
