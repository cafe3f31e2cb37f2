/** The records of one group, page by page. */
import { html } from 'hono/html'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import { historyForm } from '../find/history-form.ts'
import { flowsOfRecord } from './flows.ts'
import { retryForm, SELECTION, selectionForm } from './resend-forms.ts'

const PAGE_SIZE = 20

export async function failedRecords({ group }: DeadLetterGroup, context: PageContext): Promise<Html> {
  const { url, options, may } = context
  const mayAct = may('operate')
  const after = url.searchParams.get('after') ?? ''
  const start = /^\d{1,15}$/.test(after) ? { after: Number(after) } : {}
  const page = await options.connector.store.listDeadLetters({ group, limit: PAGE_SIZE + 1, ...start })
  const records = page.slice(0, PAGE_SIZE)
  const last = page.length > PAGE_SIZE ? records.at(-1)?.seq : undefined
  const nextPage = new URLSearchParams({ group, after: String(last) })
  return html`<div class="table"><table class="stack">
<caption>Records <span class="soft">oldest first</span></caption>
<thead><tr>${mayAct && html`<th scope="col">Select</th>`}<th scope="col">Failed</th><th scope="col">Record</th><th scope="col" class="number">Attempts</th><th scope="col">If retried</th><th scope="col">Actions</th></tr></thead>
<tbody>${records.map((record) => recordRow(record, context))}</tbody>
</table></div>
${selectionForm(context)}
${last !== undefined && html`<p><a href="?${nextPage.toString()}">Newer records</a></p>`}`
}

const RETRY = {
  button: 'Retry',
  confirm:
    'Retry this record?\nEvents already delivered are not sent twice. If the record fails again, it returns to this list.',
  isSmall: true,
}

function recordRow(record: LedgerEntry, context: PageContext): Html {
  const { id, seq, settledAt, attempt, lookupIds } = record
  const mayAct = context.may('operate')
  const history = lookupIds[0] !== undefined && historyForm(lookupIds[0], context)
  return html`<tr id="record-${seq}">
${mayAct && html`<td data-name="Select"><input type="checkbox" name="id" value="${id}" form="${SELECTION}" aria-label="Select ${id}"></td>`}
<td data-name="Failed">${settledAt !== undefined && timeElement(settledAt)}</td>
<td data-name="Record"><div><code>${id}</code>${history}</div></td>
<td data-name="Attempts" class="number">${attempt}</td>
<td data-name="If retried">${flowsOfRecord(record, context.options)}</td>
<td data-name="Actions"><div class="row"><a class="button plain small" href="${context.link(`/records/${seq}`)}">Show<span class="hidden"> ${id}</span></a>${retryForm({ id }, RETRY, context)}</div></td>
</tr>`
}
