/** Find an event: the history of a conversation, ticket, contact, address, key or notification, step by step. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import { toSearchKey } from '../../../record-history.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { nothingFound } from './empty.ts'
import { findResult } from './result.ts'

const MAX_RESULTS = 100

export const findPage: Page = {
  path: '/find',
  title: 'Find an event',
  nav: 'Find',
  async render(context) {
    const { url, searches } = context
    const search = url.searchParams.get('search')
    const ref = search === null ? typedRef(url) : searches.find(search)
    if (ref === undefined) return html`${searchForm(context, '')}<p class="note">${EXPIRED}</p>`
    return html`${searchForm(context, ref)}
${ref !== '' && (await results(ref, context))}`
  },
}

const EXPIRED = 'This search has expired. Enter the address or the id again.'

/** `?ref=` finds an id that someone typed or linked to. An address, hashed or not, has no place there. */
function typedRef({ searchParams }: URL): string | undefined {
  const ref = searchParams.get('ref') ?? ''
  return isHash(ref) || ref.includes('@') ? undefined : ref
}

/** A POST, and a redirect to a random name: what a person searches for may be another person's, and an URL is kept. */
export const findAction: Action = {
  path: '/find',
  access: 'view',
  run({ form, searches, redirect }) {
    const ref = toSearchKey(form.get('what') ?? '')
    return redirect(ref === '' ? '/find' : `/find?search=${searches.remember(ref)}`)
  },
}

function searchForm({ csrfField, link }: PageContext, ref: string): Html {
  return html`<form method="post" action="${link('/find')}" class="card">
${csrfField}<label for="what">E-mail address, or id of a conversation, ticket, contact, event or notification</label>
<input id="what" name="what" type="search" value="${isHash(ref) ? '' : ref}" maxlength="300" autocomplete="off" spellcheck="false" required aria-describedby="what-hint">
<p class="soft" id="what-hint">The address is not stored: only its hash is compared.</p>
<button>Find</button>
</form>`
}

const isHash = (ref: string) => /^[0-9a-f]{64}$/.test(ref)

async function results(ref: string, context: PageContext): Promise<Html> {
  const entries = await context.options.connector.store.trace(ref)
  const subject = isHash(ref) ? 'this person' : ref
  if (entries.length === 0) return nothingFound(subject, context)
  return html`<section id="found" data-live aria-label="Results">
<h2>${plural(entries.length, 'record')} of ${subject}</h2>
<p class="soft">Oldest first${entries.length === MAX_RESULTS ? ', the first hundred' : ''}. A record is one notification, or one item read from the source.</p>
${entries.map((entry) => findResult(entry, context))}
</section>`
}
