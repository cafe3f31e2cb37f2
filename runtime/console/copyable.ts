/** A text to copy, with a button that the script shows. */
import { html } from 'hono/html'
import type { Html } from './types.ts'

export const copyable = (text: string, what: string): Html =>
  html`<span class="copyable"><code>${text}</code>${copyButton(text, 'Copy', `Copy ${what}`)}</span>`

export const copyButton = (text: string, label: string, name = label): Html =>
  html`<button type="button" class="plain small" data-copy="${text}" aria-label="${name}" hidden>${label}</button>`
