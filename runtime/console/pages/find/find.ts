/** Find an event: what became of a conversation, ticket, contact, address, key or notification, step by step. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import { searchKeyOf } from '../../../record-history.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { nothingFound } from './empty.ts'
import { findResult } from './result.ts'

export const find: Page = {
  path: '/find',
  title: 'Find an event',
  nav: 'Find',
  async render(context) {
    const ref = context.url.searchParams.get('ref') ?? ''
    return html`${form(context, ref)}
${ref !== '' && (await results(ref, context))}`
  },
}

/** By POST, since an address must not stand in a URL: what stands there afterwards is its hash, as in the ledger. */
export const lookUp: Action = {
  path: '/find',
  run(context) {
    const ref = searchKeyOf(context.form.get('what') ?? '')
    return context.redirect(ref === '' ? '/find' : `/find?ref=${encodeURIComponent(ref)}`)
  },
}

function form({ csrfField, link }: PageContext, ref: string): Html {
  const shown = isHash(ref) ? '' : ref
  return html`<form method="post" action="${link('/find')}" class="card">
${csrfField}<label for="what">E-mail address, or the id of a conversation, ticket, contact, key or notification</label>
<input id="what" name="what" type="search" value="${shown}" maxlength="300" autocomplete="off" spellcheck="false" required aria-describedby="what-more">
<p class="soft" id="what-more">An address is written down nowhere by this: it is compared by its fingerprint.</p>
<button>Find</button>
</form>`
}

const isHash = (ref: string) => /^[0-9a-f]{64}$/.test(ref)

async function results(ref: string, context: PageContext): Promise<Html> {
  const entries = await context.parts.connector.store.trace(ref)
  const what = isHash(ref) ? 'this person' : ref
  if (entries.length === 0) return nothingFound(what, context)
  const shown = context.url.searchParams.get('show')
  return html`<section id="found" data-live aria-label="Found">
<h2>${plural(entries.length, 'record')} of ${what}</h2>
<p class="soft">Oldest first${entries.length === 100 ? ', the first hundred' : ''}. Each is one notification, or one reading of it.</p>
${entries.map((entry) => findResult(entry, entry.id === shown, context))}
</section>`
}
