/** A record as received, its personal data masked until requested. */
import { html } from 'hono/html'
import { parseJson } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import type { Html } from './types.ts'

/** Keys whose texts are kinds, times and ids of the source. Any other text may be personal, as may ids that customers give. */
const KIND_KEY = /^(type|topic|state|status|category|priority|object|.+_(type|state|at))$/
const ID_KEY = /^(id|(?!(external|user)_).+_(id|token))$/
/** Even there, only texts that cannot be an address, a name or a sentence. */
const KIND = /^[\w.:+-]{1,80}$/
const ID = /^(?=.*\d)[\w:-]{1,80}$/
const TIME_KEY = /_(at|until|since)$/
/** Greater numbers may be those of telephones, and fractions tell a place. */
const GREATEST_COUNT = 999_999
/** Characters. A page, not an export. */
const MAX_SHOWN = 200_000
export const MASK = '••••'

/** Keeps counts, times, structure and ids, so that the kind of record stays recognisable. */
export function maskedJson(value: Json | undefined, key = ''): Json {
  if (typeof value === 'string') return isImpersonalText(value, key) ? value : MASK
  if (typeof value === 'number') return isImpersonalNumber(value, key) ? value : MASK
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

const isImpersonalText = (text: string, key: string): boolean =>
  text === '' || (KIND_KEY.test(key) && KIND.test(text)) || (ID_KEY.test(key) && ID.test(text))

const isImpersonalNumber = (value: number, key: string): boolean =>
  TIME_KEY.test(key) || ID_KEY.test(key) || (Number.isInteger(value) && Math.abs(value) <= GREATEST_COUNT)

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
