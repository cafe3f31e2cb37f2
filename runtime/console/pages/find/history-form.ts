/** A button that finds all records of an id. */
import { html } from 'hono/html'
import type { Html, PageContext } from '../../types.ts'

/** A form, because the id may be a contact's, which has no place in an address. */
export const historyForm = (id: string, { csrfField, link }: PageContext): Html =>
  html`<form method="post" action="${link('/find')}">${csrfField}<input type="hidden" name="what" value="${id}"><button class="plain small">Find all<span class="hidden"> of ${id}</span></button></form>`
