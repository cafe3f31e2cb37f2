/** One search result: a record, its status, its timeline, and its content on request. */
import { html } from 'hono/html'
import { formatDuration, plural } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import { awaitsContact, buildRecordHistory, countInterruptedAttempts } from '../../../record-history.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import { recordBadge, timelineStep } from './timeline.ts'

export function findResult(entry: LedgerEntry, context: PageContext): Html {
  const { record, steps } = buildRecordHistory(entry)
  return html`<article class="card" id="record-${entry.seq}" aria-label="${record}">
<div class="row apart"><h3>${timeElement(entry.receivedAt)}</h3><span>${recordBadge(entry)}</span></div>
<dl class="facts">
<dt>Record</dt><dd><code>${record}</code></dd>
<dt>Summary</dt><dd>${summary(entry)}</dd>
</dl>
<ol class="timeline" aria-label="Timeline">${steps.map((step) => timelineStep(step, context))}</ol>
${recordLink(entry, context)}
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

const recordLink = ({ id, seq, status }: LedgerEntry, { link }: PageContext): Html =>
  html`<p><a class="button plain small" href="${link(`/records/${seq}`)}">Show the record${status === 'skipped' && ' and why nothing was sent'}<span class="hidden"> ${id}</span></a></p>`
