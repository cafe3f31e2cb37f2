/** Formats times and personal data for pages. */
import { html } from 'hono/html'
import type { Json } from '../ports/types.ts'
import type { Html } from './types.ts'

/** Milliseconds since 1970, in UTC; the script shows them in the reader's time zone. */
export function timeElement(ms: number): Html {
  const iso = new Date(ms).toISOString()
  return html`<time datetime="${iso}" data-local>${iso.slice(0, 19).replace('T', ' ')} UTC</time>`
}

/** As `formatTime` and events write times. Not those within a key. */
const TIME = /(?<!\S)(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z)/

/** A text of the runtime, which writes times in UTC, with the times in the viewer's zone. */
export const withLocalTimes = (text: string): Html =>
  // A split by a group alternates the text and what the group matched.
  html`${text.split(TIME).map((part, at) => (at % 2 === 1 ? timeElement(Date.parse(part)) : part))}`

/** A long name such as `conversation.user.replied`, whose lines end after a dot. */
export const breakAtDots = (name: string): Html =>
  html`${name.split('.').map((part, at) => html`${at > 0 && html`.<wbr>`}${part}`)}`

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
