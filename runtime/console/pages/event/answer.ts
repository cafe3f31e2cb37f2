/** What the destination answered for an event, or why nothing was sent: in its own words, then in ours. */
import { html } from 'hono/html'
import { capitalize, formatReceipt } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { EventResult, FaultInfo } from '../../../ports/types.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { adviceOnFault, adviceOnSkip } from '../../advice.ts'
import { faultPlace, faultPlaceFacts, faultValues } from '../../fault-fields.ts'
import { faultCode, skipReasonCode } from '../../fault-link.ts'
import { sourceExcerpt } from '../../source-excerpt.ts'
import type { Html, PageContext } from '../../types.ts'
import { wasSent } from './sent.ts'

export async function answerSection(event: EventResult, record: RecordOfEvent, context: PageContext): Promise<Html> {
  const { options } = context
  const to = capitalize(options.connector.spec.destination.name)
  const title = wasSent(event)
    ? `What ${to} answered`
    : event.status === 'deferred'
      ? 'Why it waits'
      : 'Why it was not sent'
  return html`<section class="card" id="answer" aria-label="${title}"><h2>${title}</h2>${content(event, record, context)}${await valuesOf(event, record, context)}</section>`
}

interface RecordOfEvent {
  readonly entry: LedgerEntry
  /** The hash of the spec that mapped the event. */
  readonly mappedBy: string | undefined
  /** Whether values of people are shown. */
  readonly inFull: boolean
}

async function valuesOf(
  event: EventResult,
  { entry, inFull }: RecordOfEvent,
  context: PageContext,
): Promise<Html | ''> {
  const { fault } = event
  const values = fault === undefined ? '' : await faultValues({ fault, event, entry, inFull }, context)
  return values === '' ? '' : html`<h3>The values in question</h3>${values}`
}

function content(event: EventResult, { mappedBy }: RecordOfEvent, context: PageContext): Html {
  const { status, receipt, reason, fault } = event
  if (receipt !== undefined) return receiptFacts(event, context)
  if (fault !== undefined) return faultFacts(event, { ...fault, mappedBy }, context)
  const advice = reason !== undefined && html`<dt>What to do</dt><dd>${adviceOnSkip(reason, context.options)}</dd>`
  if (reason === undefined)
    return html`<p class="soft">${status === 'delivered' ? 'It was delivered before, by an attempt whose answer is not kept.' : 'No reason was stored.'}</p>`
  return html`<p>${capitalize(describeSkipReason(reason))}.</p><dl class="facts"><dt>Reason</dt><dd>${skipReasonCode(reason, context.options)}</dd>${advice}</dl>`
}

function receiptFacts({ receipt, lane }: EventResult, { options }: PageContext): Html {
  const { destination } = options.connector.spec
  const profile = receipt?.profileId === undefined ? undefined : options.vendorLinks?.profile?.(receipt.profileId)
  const notes = formatReceipt(receipt)
  return html`<dl class="facts">
<dt>Status</dt><dd><span class="badge good">${receipt?.status}</span> ${receipt?.status === 202 ? `Accepted: ${capitalize(destination.name)} counts it within a few minutes` : 'Accepted'}${lane === 'backfill' && ', as history: it starts no flow'}</dd>
${receipt?.requestId !== undefined && html`<dt>Request id</dt><dd><code id="request-id">${receipt.requestId}</code></dd>`}
${profile && html`<dt>Profile</dt><dd><a href="${profile.href}" rel="noreferrer">${profile.label}</a></dd>`}
${notes.length > 0 && html`<dt>Sent otherwise than mapped</dt><dd><ul class="plain">${notes.map((note) => html`<li>${capitalize(note)}</li>`)}</ul></dd>`}
</dl>`
}

function faultFacts(
  { metric, status }: EventResult,
  fault: FaultInfo & { readonly mappedBy: string | undefined },
  context: PageContext,
): Html {
  const { options } = context
  const { code, message, detail, requestId, kind } = fault
  const place = faultPlace(fault, metric, context)
  return html`${detail !== undefined && html`<blockquote dir="auto">${detail}</blockquote>`}<dl class="facts">
${fault.status !== undefined && html`<dt>Status</dt><dd><span class="badge bad">${fault.status}</span></dd>`}
<dt>Error</dt><dd>${capitalize(message)} (${faultCode(code, options)})</dd>
${requestId !== undefined && html`<dt>Request id</dt><dd><code id="request-id">${requestId}</code></dd>`}
${faultPlaceFacts(fault, metric, context)}
<dt>What to do</dt><dd>${adviceOnFault(kind, status === 'dead', options)}</dd>
</dl>
${place !== undefined && sourceExcerpt(place, options.connector.spec.sourceFiles)}`
}
