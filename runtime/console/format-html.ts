/** Small pieces of text and markup that pages share. */
import { html } from 'hono/html'
import type { Html } from './types.ts'

/** A moment, milliseconds since 1970: in UTC, and in the reader's own zone where the script runs. */
export function timeElement(ms: number): Html {
  const iso = new Date(ms).toISOString()
  return html`<time datetime="${iso}" data-local>${iso.slice(0, 19).replace('T', ' ')} UTC</time>`
}

/** `ada@example.com` as `a••@e••.com`, `+4930123456` as `+49••••56`: enough to tell two people apart. */
export function maskPersonal(text: string): string {
  const at = text.lastIndexOf('@')
  if (at < 1) return text.length < 6 ? '••••' : `${text.slice(0, 3)}••••${text.slice(-2)}`
  const domain = text.slice(at + 1)
  const end = domain.lastIndexOf('.')
  return `${first(text)}••@${first(domain)}••${end < 0 ? '' : domain.slice(end)}`
}

/** A whole character, be it beyond the BMP. */
const first = (text: string): string => [...text].slice(0, 1).join('')
