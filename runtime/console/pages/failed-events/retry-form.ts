/** The form that retries failed records after a confirmation. */
import { html } from 'hono/html'
import type { Html, PageContext } from '../../types.ts'

export const RETRY_PATH = '/failed-events/retry'

export interface RetryTexts {
  readonly button: string
  readonly confirm: string
  readonly isSmall?: boolean
}

/** `fields` select the records: `all`, `group` or `id`. */
export function retryForm(
  fields: Readonly<Record<string, string>>,
  { button, confirm, isSmall = false }: RetryTexts,
  { link, csrfField, may }: PageContext,
): Html | '' {
  if (!may('operate')) return ''
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${link(RETRY_PATH)}" data-confirm="${confirm}">${csrfField}${inputs}<button${isSmall && html` class="small"`}>${button}</button></form>`
}
