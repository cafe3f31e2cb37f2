/** One event with nothing masked: who, with what properties, under which key. */
import { html } from 'hono/html'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import type { Json, JsonObject } from '../../../ports/types.ts'
import { timeElement } from '../../format-html.ts'
import type { Html } from '../../types.ts'
import type { RemappedEvent } from './remap-event.ts'

export function eventDetail(event: LedgerEvent, again: RemappedEvent): Html {
  if ('gone' in again) return html`<p>${again.gone}</p>${facts(event)}`
  const { properties, profile, notes } = again
  return html`${properties && html`<h3>Properties</h3>${listed(properties)}`}
<h3>Person</h3>${listed(profile)}
<h3>Delivery</h3>${facts(event)}
${notes.map((note) => html`<p class="soft">${note}</p>`)}`
}

function facts({ key, settledAt, receipt, contact, record }: LedgerEvent): Html {
  return html`<dl class="facts">
<dt>Ended</dt><dd>${timeElement(settledAt)}</dd>
${key !== undefined && html`<dt>Key</dt><dd><code>${key}</code></dd>`}
${contact !== undefined && html`<dt>Contact</dt><dd><code>${contact}</code></dd>`}
<dt>Record</dt><dd><code>${record}</code></dd>
${receipt && html`<dt>Answer</dt><dd>${receipt.status}${receipt.requestId && html`, request <code>${receipt.requestId}</code>`}</dd>`}
</dl>`
}

function listed(values: JsonObject): Html {
  const rows = flat(values)
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${shown(value)}</dd>`)}</dl>`
}

/** `{ location: { city } }` as `location.city`, since people do not read JSON. */
function flat(values: JsonObject, prefix = ''): [string, Json][] {
  return Object.entries(values).flatMap(([name, value]): [string, Json][] => {
    if (value === undefined) return []
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? flat(value as JsonObject, `${prefix}${name}.`) : [[prefix + name, value]]
  })
}

function shown(value: Json): Html | string {
  if (typeof value === 'string') return value === '' ? html`<span class="soft">empty</span>` : value
  return html`<code>${JSON.stringify(value)}</code>`
}
