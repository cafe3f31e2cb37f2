/** The form that sends dead letters again, after asking. */
import { html } from 'hono/html'
import type { Html, PageContext } from '../../types.ts'

/** `fields` say which: `all`, `group` or `id`. */
export function replayForm(
  fields: Readonly<Record<string, string>>,
  button: string,
  confirm: string,
  context: PageContext,
  small = false,
): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${context.link('/dead-letters/replay')}" data-confirm="${confirm}">${context.csrfField}${inputs}<button${small && html` class="small"`}>${button}</button></form>`
}
