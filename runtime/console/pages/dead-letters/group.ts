/** The dead letters of one group, page by page; one of them shown as it was received. */
import { html } from 'hono/html'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import { timeElement } from '../../format-html.ts'
import { rawRecord } from '../../raw-record.ts'
import type { Html, PageContext } from '../../types.ts'
import { replayForm } from './replay-form.ts'

const PAGE = 20

export async function lettersOf({ group }: DeadLetterGroup, context: PageContext): Promise<Html> {
  const { url, parts } = context
  const after = url.searchParams.get('after') ?? ''
  const from = /^\d{1,15}$/.test(after) ? { after: Number(after) } : {}
  const page = await parts.connector.store.listDeadLetters({ group, limit: PAGE + 1, ...from })
  const letters = page.slice(0, PAGE)
  const last = page.length > PAGE ? letters.at(-1)?.seq : undefined
  const more = new URLSearchParams({ group, after: String(last) })
  return html`<div class="table"><table class="stack">
<caption>Records <span class="soft">oldest first</span></caption>
<thead><tr><th scope="col">Ended</th><th scope="col">Record</th><th scope="col">Tries</th><th scope="col">What to do</th></tr></thead>
<tbody>${letters.map((letter) => letterRows(letter, context))}</tbody>
</table></div>
${last !== undefined && html`<p><a href="?${more.toString()}">Newer ones</a></p>`}`
}

function letterRows(letter: LedgerEntry, context: PageContext): Html {
  const { id, settledAt, attempt, lookupIds: refs } = letter
  const { searchParams } = context.url
  const isShown = searchParams.get('show') === id
  const words =
    'Send this record again?\nNothing that was delivered is sent twice. If it is still wrong, it comes back here.'
  return html`<tr id="letter-${letter.seq}">
<td data-name="Ended">${settledAt !== undefined && timeElement(settledAt)}</td>
<td data-name="Record"><div><code>${id}</code>${refs[0] !== undefined && html`<br><a href="${context.link(`/find?ref=${encodeURIComponent(refs[0])}`)}">What became of ${refs[0]}</a>`}</div></td>
<td data-name="Tries">${attempt}</td>
<td data-name="What to do"><div class="row">${toggle(letter, isShown, context)}${replayForm({ id }, 'Send again', words, context, true)}</div></td>
</tr>${isShown && html`<tr class="shown"><td colspan="4">${rawRecord(letter, searchParams.get('full') === id, context)}</td></tr>`}`
}

function toggle({ id, seq }: LedgerEntry, isShown: boolean, { url }: PageContext): Html {
  const query = new URLSearchParams(url.search)
  query.delete('full')
  if (isShown) query.delete('show')
  else query.set('show', id)
  return html`<a class="button plain small" href="?${query.toString()}#letter-${seq}">${isShown ? 'Hide' : 'Show'}<span class="hidden"> ${id}</span></a>`
}
