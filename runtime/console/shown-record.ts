/** An opened record: what each mapping makes of it, and its content as received. Masked until requested. */
import { html } from 'hono/html'
import type { LedgerEntry } from '../ports/ledger.ts'
import { recordExplanation } from './explanation/record-explanation.ts'
import { personalDataToggle, RECORD_EXPIRED, rawRecord } from './raw-record.ts'
import { isBackgroundRefresh } from './server/live-updates.ts'
import { noteReveal } from './server/note-action.ts'
import type { Html, PageContext } from './types.ts'

export async function shownRecord(entry: LedgerEntry, context: PageContext): Promise<Html> {
  const { body, seq } = entry
  if (body === undefined) return RECORD_EXPIRED
  const inFull = context.may('read') && context.url.searchParams.get('full') === String(seq)
  if (inFull && !isBackgroundRefresh(context.request)) await noteReveal(context, seq)
  // A background refresh leaves the element as it was, so it need not map the record.
  const content = isBackgroundRefresh(context.request)
    ? ''
    : html`${personalDataToggle(entry, inFull, context)}
${await recordExplanation(entry, inFull, context)}
<h3>The record as received</h3>
${rawRecord(body, inFull)}`
  return html`<div id="shown" class="shown" data-keep>${content}</div>`
}
