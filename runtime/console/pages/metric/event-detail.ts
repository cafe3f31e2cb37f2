/** One event unmasked: its profile, properties, key and delivery. */
import { html } from 'hono/html'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import type { Json, JsonObject } from '../../../ports/types.ts'
import { timeElement } from '../../format-html.ts'
import type { Html } from '../../types.ts'
import type { RemappedEvent } from './remap-event.ts'

export function eventDetail(event: LedgerEvent, remapped: RemappedEvent): Html {
  if ('unavailable' in remapped) return html`<p>${remapped.unavailable}</p>${deliveryFacts(event)}`
  const { properties, worth, profile, notes } = remapped
  return html`${properties && html`<h3>Properties</h3>${valueList(properties)}`}
${worth && html`<h3>Value</h3>${valueList(worth)}`}
<h3>Profile</h3>${valueList(profile)}
<h3>Delivery</h3>${deliveryFacts(event)}
${notes.map((note) => html`<p class="soft">${note}</p>`)}`
}

function deliveryFacts({ key, settledAt, receipt, contact, record }: LedgerEvent): Html {
  return html`<dl class="facts">
<dt>Processed</dt><dd>${timeElement(settledAt)}</dd>
${key !== undefined && html`<dt>Key</dt><dd><code>${key}</code></dd>`}
${contact !== undefined && html`<dt>Contact</dt><dd><code>${contact}</code></dd>`}
<dt>Record</dt><dd><code>${record}</code></dd>
${receipt && html`<dt>Response</dt><dd>${receipt.status}${receipt.requestId && html`, request <code>${receipt.requestId}</code>`}</dd>`}
</dl>`
}

function valueList(values: JsonObject): Html {
  const rows = flatten(values)
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${formatValue(value)}</dd>`)}</dl>`
}

/** `{ location: { city } }` as `location.city`. */
function flatten(values: JsonObject, prefix = ''): [string, Json][] {
  return Object.entries(values).flatMap(([name, value]): [string, Json][] => {
    if (value === undefined) return []
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? flatten(value as JsonObject, `${prefix}${name}.`) : [[prefix + name, value]]
  })
}

function formatValue(value: Json): Html | string {
  if (typeof value === 'string') return value === '' ? html`<span class="soft">empty</span>` : value
  return html`<code>${JSON.stringify(value)}</code>`
}
