/** That delivery waits for a person, wherever somebody may look for what is not sent. */
import { html } from 'hono/html'
import type { Html, PageContext } from './types.ts'

export function pausedBanner({ parts, link }: PageContext): Html | '' {
  const why = parts.connector.gate.pausedReason()
  if (why === undefined) return ''
  return html`<p class="message bad">Delivery waits: ${why}. Nothing is lost.${parts.connections && html` <a href="${link('/set-up')}">Go to set-up</a>`}</p>`
}
