/** The records of a search, newest first, in pages, those of one conversation or ticket together. */
import { html } from 'hono/html'
import { loadSetupState } from '../../../auth/setup/setup-state.ts'
import { capitalize, plural } from '../../../lib/format.ts'
import { groupBy } from '../../../lib/group-by.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Html, PageContext } from '../../types.ts'
import { historyForm } from './history-form.ts'
import { findResult } from './result.ts'
import type { FoundRecords } from './search-records.ts'

export async function searchResults(
  subject: string,
  { entries, isFirst, last }: FoundRecords,
  context: PageContext,
): Promise<Html> {
  const { accounts } = await loadSetupState(context.options.connector.store)
  const isAll = isFirst && last === undefined
  const groups = groupByObject(entries)
  return html`<section id="found" data-live aria-label="Results">
<h2>${isAll ? `${plural(entries.length, 'record')} of` : 'Records of'} ${subject}</h2>
<p class="soft">Newest first. A record is one webhook, or one item read from ${capitalize(context.options.connector.spec.source.name)}.</p>
${groups.map((group) => groupSection(groups.length > 1 ? group : { ...group, resource: undefined }, accounts?.source?.region, context))}
${last !== undefined && olderLink(last, context)}
</section>`
}

interface ObjectGroup {
  readonly resource: string | undefined
  readonly id: string | undefined
  readonly entries: readonly LedgerEntry[]
}

/** In the order of the newest record of each. */
function groupByObject(entries: readonly LedgerEntry[]): readonly ObjectGroup[] {
  const groups = groupBy(entries, ({ resource, lookupIds, id }) =>
    JSON.stringify(resource === undefined ? [id] : [resource, lookupIds[0] ?? id]),
  )
  return [...groups.values()].map((some) => ({ resource: some[0]?.resource, id: some[0]?.lookupIds[0], entries: some }))
}

/** Without a resource: no title. */
function groupSection({ resource, id, entries }: ObjectGroup, region: string | undefined, context: PageContext): Html {
  const records = entries.map((entry) => findResult(entry, context))
  if (resource === undefined || id === undefined) return html`${records}`
  const [{ workspace = '' } = {}] = entries
  const link = context.options.vendorLinks?.resource?.({ account: workspace, region, resource, id })
  return html`<section class="group" aria-label="${resource} ${id}"><div class="row apart"><h3 class="capital">${resource} <code>${id}</code></h3><span class="row">${link && html`<a href="${link.href}" rel="noreferrer">${link.label}</a>`}${historyForm(id, context)}</span></div>
${records}</section>`
}

/** The search has a random name in the address, so the next page has it, too. */
function olderLink(last: number, { url }: PageContext): Html {
  const query = new URLSearchParams(url.search)
  query.set('before', String(last))
  return html`<p><a href="?${query.toString()}">Older records</a></p>`
}
