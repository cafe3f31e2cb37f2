/** Formats times and personal data for pages. */
import { html } from 'hono/html'
import type { Json } from '../ports/types.ts'
import type { Html } from './types.ts'

/** Milliseconds since 1970, in UTC; the script shows them in the reader's time zone. */
export function timeElement(ms: number): Html {
  const iso = new Date(ms).toISOString()
  return html`<time datetime="${iso}" data-local>${iso.slice(0, 19).replace('T', ' ')} UTC</time>`
}

/** A value of any kind, in its own direction. */
export function valueElement(value: Json): Html {
  const content =
    value === ''
      ? html`<span class="soft">empty</span>`
      : typeof value === 'string'
        ? value
        : html`<code>${JSON.stringify(value)}</code>`
  return html`<span class="value" dir="auto">${content}</span>`
}
