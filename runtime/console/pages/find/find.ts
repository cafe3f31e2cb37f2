/** Find: the records of a person, conversation, ticket, contact, event or webhook, newest first, by whatever one has in hand. */

import { html } from 'hono/html'
import { isPersonal } from '../../../search-keys.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { nothingFound } from './empty.ts'
import { type ParsedSearch, parseSearch, SEARCH_EXPIRED } from './parse-search.ts'
import { searchResults } from './results.ts'
import { searchRecords } from './search-records.ts'

export const findPage: Page = {
  path: '/find',
  title: 'Find an event',
  nav: 'Find',
  async render(context) {
    const { url, searches, options } = context
    const name = url.searchParams.get('search')
    const typed = name === null ? typedText(url) : searches.find(name)
    if (typed === undefined) return html`${searchForm(context, '')}<p class="note">${SEARCH_EXPIRED}</p>`
    if (typed.trim() === '') return searchForm(context, '')
    const search = await parseSearch(typed, options.vendorLinks)
    return html`${searchForm(context, isOfPerson(search) ? '' : typed)}
${await results(search, context)}`
  },
}

/** `?ref=` finds an id that someone typed or linked to. An address or a phone number, hashed or not, has no place there. */
function typedText({ searchParams }: URL): string | undefined {
  const ref = searchParams.get('ref') ?? ''
  return /^[0-9a-f]{64}$/.test(ref) || ref.includes('@') || isPersonal(ref) ? undefined : ref
}

const isOfPerson = ({ kind }: ParsedSearch) => kind === 'email' || kind === 'phone'

/** A POST, and a redirect to a random name: what a person searches for may be another person's, and an URL is kept. */
export const findAction: Action = {
  path: '/find',
  access: 'view',
  run({ form, searches, redirect }) {
    const typed = (form.get('what') ?? '').trim()
    return redirect(typed === '' ? '/find' : `/find?search=${searches.remember(typed)}`)
  },
}

function searchForm({ csrfField, link }: PageContext, typed: string): Html {
  return html`<form method="post" action="${link('/find')}" class="card">
${csrfField}<label for="what">Search for</label>
<input id="what" name="what" type="search" value="${typed}" maxlength="1000" autocomplete="off" spellcheck="false" required aria-describedby="what-hint">
<p class="soft" id="what-hint">An e-mail address, a phone number, a ticket number, the address of a page in either application, an event key, or the id of a conversation, contact or webhook. E-mail addresses and phone numbers are stored and compared only as keyed hashes.</p>
<button>Find</button>
</form>`
}

async function results(search: ParsedSearch, context: PageContext): Promise<Html> {
  const { text, phone } = search
  const found = text === undefined ? undefined : await searchRecords(text, isOfPerson(search), context)
  const subject = isOfPerson(search) ? 'this person' : (text ?? 'this address')
  if (found !== undefined && found.entries.length > 0) return searchResults(subject, found, context)
  // An id first: that its digits are a valid number may be chance.
  return phone === undefined ? nothingFound(search, subject, context) : results({ kind: 'phone', text: phone }, context)
}
