/** A notice that delivery is paused, on every page where missing events are looked for. */
import { html } from 'hono/html'
import type { Html, PageContext } from './types.ts'

export function pausedBanner({ options, link }: PageContext): Html | '' {
  const reason = options.connector.gate.pausedReason()
  if (reason === undefined) return ''
  return html`<p class="message bad">Delivery is paused: ${reason}. New records are stored and will be delivered later.${options.connections && html` <a href="${link('/set-up')}">Open setup</a>`}</p>`
}
