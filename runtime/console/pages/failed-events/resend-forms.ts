/** Forms on failed records: retry them, or dismiss them with a reason. */

import { html } from 'hono/html'
import { hiddenFields } from '../../form-field.ts'
import type { Html, PageContext } from '../../types.ts'

export const RETRY_PATH = '/failed-events/retry'
export const DISMISS_PATH = '/failed-events/dismiss'

/** The form that the checkboxes of the table belong to. */
export const SELECTION = 'selection'

interface RetryTexts {
  readonly button: string
  readonly confirm: string
  readonly isSmall?: boolean
  /** Whether it is the action to take: what made the records fail is gone. */
  readonly isPrimary?: boolean
}

/** `fields` select the records: `all`, `group` or `id`. */
export function retryForm(
  fields: Readonly<Record<string, string>>,
  { button, confirm, isSmall = false, isPrimary = false }: RetryTexts,
  { link, csrfField, may }: PageContext,
): Html | '' {
  if (!may('operate')) return ''
  const style = [!isPrimary && 'plain', isSmall && 'small'].filter(Boolean).join(' ')
  return html`<form method="post" action="${link(RETRY_PATH)}" data-confirm="${confirm}">${csrfField}${hiddenFields(fields)}<button${style && html` class="${style}"`}>${button}</button></form>`
}

/** Retries the records of a group that failed on a day or later. */
export function retrySinceForm(group: string, { link, csrfField, may }: PageContext): Html | '' {
  if (!may('operate')) return ''
  return html`<details><summary>Retry those since a date</summary>
<form method="post" action="${link(RETRY_PATH)}" class="row">${csrfField}${hiddenFields({ group })}
<label for="since">Failed on or after</label><input id="since" name="since" type="date" required>
<button class="plain">Retry</button></form></details>`
}

export function dismissGroupForm(group: string, records: string, { link, csrfField, may }: PageContext): Html | '' {
  if (!may('operate')) return ''
  return html`<details><summary>Dismiss ${records}</summary>
<form method="post" action="${link(DISMISS_PATH)}" data-confirm="Dismiss ${records}?\nThey are not sent, and leave this list.">${csrfField}${hiddenFields({ group })}
${reasonField('group-reason')}<button class="plain">Dismiss ${records}</button></form></details>`
}

/** Buttons for the records whose boxes are checked. */
export function selectionForm({ link, csrfField, may }: PageContext): Html | '' {
  if (!may('operate')) return ''
  return html`<form id="${SELECTION}" method="post" action="${link(RETRY_PATH)}" class="card">${csrfField}
<h2>Selected records</h2>
<p><button class="plain">Retry selected</button></p>
${reasonField('selection-reason')}<button class="plain" formaction="${link(DISMISS_PATH)}">Dismiss selected</button></form>`
}

const reasonField = (id: string): Html =>
  html`<p><label for="${id}">Why you dismiss them</label><input id="${id}" name="reason" maxlength="200" autocomplete="off" aria-describedby="${id}-hint">
<span class="soft" id="${id}-hint">Kept with the records. Enter no personal data.</span></p>`
