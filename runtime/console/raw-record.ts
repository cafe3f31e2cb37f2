/** A record as received, its personal data masked until requested. */
import { html } from 'hono/html'
import { parseJson } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import type { Html } from './types.ts'

/** Keys whose texts are ids, kinds and times. Any other text may be personal. */
const IMPERSONAL_KEY = /^(type|id|topic|state|status|category|priority|object|.+_(id|type|state|at|token))$/
/** Even there, only texts that cannot be an address or a sentence. */
const IMPERSONAL_VALUE = /^[\w.:+-]{1,80}$/
/** Characters. A page, not an export. */
const MAX_SHOWN = 200_000
export const MASK = '••••'

/** Keeps numbers, structure and ids, so that the kind of record stays recognisable. */
export function maskedJson(value: Json | undefined, key = ''): Json {
  if (typeof value === 'string')
    return (IMPERSONAL_KEY.test(key) && IMPERSONAL_VALUE.test(value)) || value === '' ? value : MASK
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map((item) => maskedJson(item, key))
  // Custom attributes are defined by the workspace, so even their numbers may be phone numbers.
  const isCustom = key.endsWith('attributes')
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    isCustom ? maskAny(inner) : maskedJson(inner, name),
  ])
  return Object.fromEntries(entries)
}

const maskAny = (value: Json | undefined): Json =>
  value === null || value === undefined || value === '' ? (value ?? null) : MASK

/** The record's JSON. */
export const rawRecord = (body: string, inFull: boolean): Html =>
  html`<pre class="yaml" tabindex="0" aria-label="The record as received"><code>${formatBody(body, inFull)}</code></pre>`

export const RECORD_EXPIRED: Html = html`<p class="soft">The content of this record is no longer kept.</p>`

function formatBody(body: string, inFull: boolean): string {
  const value = parseJson(body)
  if (value === undefined) return inFull ? body.slice(0, MAX_SHOWN) : `${MASK} (not JSON)`
  const text = JSON.stringify(inFull ? value : maskedJson(value), null, 2)
  return text.length <= MAX_SHOWN
    ? text
    : `${text.slice(0, MAX_SHOWN)}\n… and ${text.length - MAX_SHOWN} more characters`
}
