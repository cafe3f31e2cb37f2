/** The head of the page of an event or a record: what it is, whose, when, and where it is at the vendors. */

import { html } from 'hono/html'
import { loadSetupState } from '../../../auth/setup/setup-state.ts'
import type { LedgerEntry, LedgerEvent } from '../../../ports/ledger.ts'
import type { EventResult } from '../../../ports/types.ts'
import { ingressCell, personCell, statusBadge } from '../../event-cells.ts'
import { timeElement } from '../../format-html.ts'
import { destinationMetricLink, metricLink } from '../../metric-link.ts'
import type { Html, PageContext, VendorLink } from '../../types.ts'
import { historyForm } from '../find/history-form.ts'
import { revealForm } from './reveal.ts'

export interface EventHead {
  readonly event: LedgerEvent
  readonly entry: LedgerEntry
  readonly path: string
}

export async function summaryCard({ event, entry, path }: EventHead, context: PageContext): Promise<Html> {
  const { metric, time, key, contact } = event
  const title = metric === '' ? html`No event` : metricLink(metric, context)
  return html`<section class="card" aria-label="Summary"><div class="row apart"><h2>${title} ${statusBadge(event)}</h2>${linkList(await vendorLinks(event, entry, context))}</div>
<dl class="facts">
${time !== undefined && html`<dt>Happened</dt><dd>${timeElement(Date.parse(time))}</dd>`}
<dt>Profile</dt><dd>${personCell(event)}</dd>
<dt>Received by</dt><dd>${ingressCell(event)}</dd>
${contact !== undefined && html`<dt>Contact</dt><dd class="row"><code>${contact}</code>${historyForm(contact, context)}</dd>`}
${resourceFact(entry, context)}
${key !== undefined && html`<dt>Key</dt><dd><code>${key}</code></dd>`}
<dt>Record</dt><dd><a href="${context.link(`/records/${entry.seq}`)}"><code>${entry.id}</code></a></dd>
</dl>
${revealForm(entry.seq, path, context)}</section>`
}

export function resourceFact({ resource, lookupIds: [id] }: LedgerEntry, context: PageContext): Html | '' {
  if (resource === undefined || id === undefined) return ''
  return html`<dt class="capital">${resource}</dt><dd class="row"><code>${id}</code>${historyForm(id, context)}</dd>`
}

export const linkList = (links: readonly VendorLink[]): Html | '' =>
  links.length === 0
    ? ''
    : html`<span class="row">${links.map(({ href, label }) => html`<a href="${href}" rel="noreferrer">${label}</a>`)}</span>`

/** Only those whose addresses are certain. */
export async function vendorLinks(
  { contact, metric, receipt }: EventResult,
  { resource, lookupIds: [id], workspace: account }: LedgerEntry,
  context: PageContext,
): Promise<readonly VendorLink[]> {
  const { connector, vendorLinks: known } = context.options
  const { spec, store } = connector
  const region = (await loadSetupState(store)).accounts?.source?.region
  const [state] = contact === undefined ? [] : await store.readContacts([contact])
  const profileId = receipt?.profileId ?? state?.profileId
  const links = [
    profileId === undefined ? undefined : known?.profile?.(profileId),
    await destinationMetricLink(metric, context),
    resource === undefined || id === undefined ? undefined : known?.resource?.({ account, region, resource, id }),
    contact === undefined || resource === spec.profile.resource
      ? undefined
      : known?.resource?.({ account, region, resource: spec.profile.resource, id: contact }),
  ]
  return links.filter((link) => link !== undefined)
}
