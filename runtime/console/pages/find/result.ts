/** One search result: a record, its status, its timeline, and its content on request. */
import { html } from 'hono/html'
import { formatDuration, plural } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import { awaitsContact, buildRecordHistory, countInterruptedAttempts } from '../../../record-history.ts'
import { timeElement } from '../../format-html.ts'
import { RECORD_EXPIRED } from '../../raw-record.ts'
import { shownRecord } from '../../shown-record.ts'
import type { Html, PageContext } from '../../types.ts'
import { statusBadge, timelineStep, WAITING_BADGE } from './timeline.ts'

export async function findResult(entry: LedgerEntry, isShown: boolean, context: PageContext): Promise<Html> {
  const { record, status, steps } = buildRecordHistory(entry)
  return html`<article class="card" id="record-${entry.seq}" aria-label="${record}">
<div class="row apart"><h3>${timeElement(entry.receivedAt)}</h3><span>${awaitsContact(entry) ? WAITING_BADGE : statusBadge(status)}</span></div>
<dl class="facts">
<dt>Record</dt><dd><code>${record}</code></dd>
<dt>Summary</dt><dd>${summary(entry)}</dd>
</dl>
<ol class="timeline" aria-label="Timeline">${steps.map((step) => timelineStep(step, context))}</ol>
${isShown ? await shownRecord(entry, context) : showLink(entry, context)}
</article>`
}

function summary(entry: LedgerEntry): Html {
  const { lane, status, attempt, receivedAt, settledAt, due } = entry
  const interruptions = countInterruptedAttempts(entry)
  const duration = settledAt === undefined ? undefined : formatDuration(Math.max(100, settledAt - receivedAt))
  return html`${lane === 'live' ? 'Live' : 'Import'}${attempt > 0 && html`, ${plural(attempt, 'attempt')}`}${
    interruptions > 0 && html` (${interruptions} interrupted by a restart)`
  }${duration !== undefined && html`, ${duration} after it was received`}${
    status === 'deferred' &&
    due !== undefined &&
    html`, ${awaitsContact(entry) ? 'next check' : 'next attempt'} ${timeElement(due)}`
  }`
}

function showLink({ id, seq, body, status }: LedgerEntry, { url }: PageContext): Html {
  if (body === undefined) return RECORD_EXPIRED
  const query = new URLSearchParams(url.search)
  query.set('show', String(seq))
  return html`<p><a class="button plain small" href="?${query.toString()}#record-${seq}">Show the record${status === 'skipped' && ' and why nothing was sent'}<span class="hidden"> ${id}</span></a></p>`
}
