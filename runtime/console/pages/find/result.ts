/** One record that was found: where it stands, its way there, and its text for who asks. */
import { html } from 'hono/html'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import { recordHistory } from '../../../record-history.ts'
import { timeElement } from '../../format-html.ts'
import { rawRecord } from '../../raw-record.ts'
import type { Html, PageContext } from '../../types.ts'
import { badge, step } from './timeline.ts'

export function findResult(entry: LedgerEntry, isShown: boolean, context: PageContext): Html {
  const { record, status, summary, steps } = recordHistory(entry)
  const full = context.url.searchParams.get('full') === entry.id
  return html`<article class="card" id="record-${entry.seq}" aria-label="${record}">
<div class="row apart"><h3>${timeElement(entry.receivedAt)}</h3><span>${badge(status)}</span></div>
<dl class="facts">
<dt>Record</dt><dd><code>${record}</code></dd>
<dt>Course</dt><dd>${summary}</dd>
</dl>
<ol class="way" aria-label="Its way">${steps.map((one) => step(one, context))}</ol>
${isShown ? rawRecord(entry, full, context) : toggle(entry, context)}
</article>`
}

function toggle({ id, seq, body }: LedgerEntry, { url }: PageContext): Html {
  if (body === undefined) return html`<p class="soft">Its text is no longer kept.</p>`
  const query = new URLSearchParams(url.search)
  query.set('show', id)
  return html`<p><a class="button plain small" href="?${query.toString()}#record-${seq}">Show the record<span class="hidden"> ${id}</span></a></p>`
}
