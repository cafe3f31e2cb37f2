/** One field of a form: its label, a hint, the input, and the error of the last try beside it. */
import { html } from 'hono/html'
import type { ProductLink } from '../auth/side.ts'
import type { Html, PageContext } from './types.ts'

export interface FormField {
  readonly name: string
  readonly label: string
  readonly hint?: string | Html
  readonly links?: readonly ProductLink[]
  /** A secret is never written into a page. */
  readonly type: 'text' | 'secret' | 'new-password' | 'url'
  /** Of the first try. */
  readonly value?: string | undefined
  readonly placeholder?: string
  readonly isOptional?: boolean
}

export function formField(field: FormField, { rejected }: Pick<PageContext, 'rejected'>): Html {
  const { name, label, hint, links = [], type, placeholder, isOptional = false } = field
  const error = rejected?.errors[name]
  const isSecret = type === 'secret' || type === 'new-password'
  const value = isSecret ? undefined : (rejected?.values[name] ?? field.value)
  const descriptions = [hint !== undefined && `${name}-hint`, error !== undefined && `${name}-error`].filter(Boolean)
  return html`<div class="field"><label for="${name}">${label}</label>
${hint !== undefined && html`<p class="soft" id="${name}-hint">${hint}</p>`}
${links.length > 0 && productLinks(links)}
<input id="${name}" name="${name}" type="${isSecret ? 'password' : type}" autocomplete="${type === 'new-password' ? type : 'off'}" spellcheck="false" autocapitalize="none"${attribute('value', value)}${attribute('placeholder', placeholder)}${attribute('aria-describedby', descriptions.join(' ') || undefined)}${error !== undefined && html` aria-invalid="true"`}${!isOptional && html` required`}>
${error !== undefined && html`<p class="field-error" id="${name}-error">${error}.</p>`}</div>`
}

const attribute = (name: string, value: string | undefined): Html | '' =>
  value === undefined ? '' : html` ${name}="${value}"`

/** Open in a tab of their own: the form stays as it is. */
export const productLinks = (links: readonly ProductLink[]): Html =>
  html`<p class="links">${links.map(({ label, href }) => html`<a href="${href}" target="_blank" rel="noreferrer">${label}</a> `)}</p>`

/** Those without a value are left out. */
export function hiddenFields(fields: Readonly<Record<string, string | undefined>>): Html[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}">`],
  )
}
