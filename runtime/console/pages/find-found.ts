/** One record's way from received to accepted: each event with its receipt, or with the reason and who must act. */
import { html } from 'hono/html'
import type { LedgerEntry } from '../../ports.ts'
import { type Blame, type ToldEvent, tell } from '../../story.ts'
import type { Context, Html } from '../parts.ts'
import { rawRecord } from '../raw-record.ts'
import { reasonWords } from '../reasons.ts'
import { when } from '../words.ts'

const ENDS: Readonly<Record<LedgerEntry['status'], readonly [tone: string, word: string]>> = {
  pending: ['', 'Waiting for its turn'],
  leased: ['', 'On its way'],
  delivered: ['good', 'Sent'],
  skipped: ['', 'Left out'],
  deferred: ['warn', 'Waiting for another try'],
  dead: ['bad', 'Failed'],
}

export function foundEntry(entry: LedgerEntry, isShown: boolean, context: Context): Html {
  const { road, record, course, reason, blame, events } = tell(entry)
  const full = context.url.searchParams.get('full') === entry.id
  return html`<article class="card" id="record-${entry.seq}" aria-label="${record}">
<div class="row apart"><h3>${when(entry.receivedAt)}</h3><span>${badge(entry.status)}</span></div>
<dl class="facts">
<dt>Came by</dt><dd>${road}</dd>
<dt>Record</dt><dd><code>${record}</code></dd>
<dt>Course</dt><dd>${course}</dd>
${entry.settledAt !== undefined && html`<dt>Ended</dt><dd>${when(entry.settledAt)}</dd>`}
${reason !== undefined && html`<dt>Why not</dt><dd>${reasonWords(reason)}</dd>`}
${blame && events.length === 0 && blamed(blame, context)}
</dl>
${events.length > 0 && html`<ul>${events.map((event) => eventItem(event, context))}</ul>`}
${isShown ? rawRecord(entry, full, context) : toggle(entry, context)}
</article>`
}

function badge(status: LedgerEntry['status']): Html {
  const [tone, word] = ENDS[status]
  return html`<span class="badge ${tone}">${word}</span>`
}

function eventItem({ metric, status, facts, reason, blame }: ToldEvent, context: Context): Html {
  const plain = facts.filter((fact) => !fact.startsWith('reason '))
  return html`<li><strong>${metric}</strong> ${badge(status)}${status === 'skipped' && reason && html` <span class="soft">${reasonWords(reason)}</span>`}
${plain.length > 0 && html`<br><span class="soft">${plain.join(' · ')}</span>`}
${blame && html`<dl class="facts">${blamed(blame, context)}</dl>`}</li>`
}

function blamed({ message, code, place, who }: Blame, { link }: Context): Html {
  return html`<dt>What failed</dt><dd>${message} <code>${code}</code></dd>
${place !== undefined && html`<dt>Where</dt><dd><code>${place}</code></dd>`}
<dt>Who acts</dt><dd>${who}. <a href="${link('/dead-letters')}">Dead letters</a></dd>`
}

function toggle({ id, seq, body }: LedgerEntry, { url }: Context): Html {
  if (body === undefined) return html`<p class="soft">Its text is no longer kept.</p>`
  const query = new URLSearchParams(url.search)
  query.set('show', id)
  return html`<p><a class="button plain small" href="?${query.toString()}#record-${seq}">Show the record<span class="hidden"> ${id}</span></a></p>`
}
