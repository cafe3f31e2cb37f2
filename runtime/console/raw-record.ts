/** A record as it was received, with what may be personal masked until asked for. */
import { html } from 'hono/html'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { Json } from '../ports/types.ts'
import type { Html, PageContext } from './types.ts'

/** Texts under these keys are ids, kinds and moments. Whatever else is a text may be somebody's. */
const TELLING = /^(type|id|topic|state|status|category|priority|object|.+_(id|type|state|at|token))$/
/** And even there only what cannot be an address or a sentence. */
const PLAIN = /^[\w.:+-]{1,80}$/
/** More is not shown: it is a page, not an export. Characters. */
const LONGEST = 200_000

/** Numbers, structure and ids stay, so that one can see what is there and of which kind. */
export function maskedJson(value: Json | undefined, key = ''): Json {
  if (typeof value === 'string') return (TELLING.test(key) && PLAIN.test(value)) || value === '' ? value : '••••'
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map((each) => maskedJson(each, key))
  // A workspace's own attributes are named by its people, so their numbers may be telephone numbers.
  const own = key.endsWith('attributes')
  const entries = Object.entries(value).map(([name, inner]) => [name, own ? hidden(inner) : maskedJson(inner, name)])
  return Object.fromEntries(entries)
}

const hidden = (value: Json | undefined): Json =>
  value === null || value === undefined || value === '' ? (value ?? null) : '••••'

/** The record's JSON; `shown` says whether in full. `toggle` leads to the same page with and without. */
export function rawRecord({ id, body }: Pick<LedgerEntry, 'id' | 'body'>, shown: boolean, { url }: PageContext): Html {
  if (body === undefined) return html`<p class="soft">Its text is no longer kept.</p>`
  const query = new URLSearchParams(url.search)
  if (shown) query.delete('full')
  else query.set('full', id)
  const text = pretty(body, shown)
  return html`<p><a class="button plain small" href="?${query.toString()}#raw">${shown ? 'Mask people' : 'Show people'}</a>
<span class="soft">${shown ? 'As it was received.' : 'What may be personal is masked.'}</span></p>
<pre class="yaml" id="raw" tabindex="0" aria-label="The record as received"><code>${text}</code></pre>`
}

function pretty(body: string, shown: boolean): string {
  try {
    const value = JSON.parse(body) as Json
    const text = JSON.stringify(shown ? value : maskedJson(value), null, 2)
    return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}\n… and ${text.length - LONGEST} characters more`
  } catch {
    return shown ? body.slice(0, LONGEST) : '•••• (it is no JSON)'
  }
}
