/** Diagnostics of a changed file, as a list for people and as data for the editor. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import type { Diagnostic } from '../../../spec/diagnostic.ts'
import type { Html, PageContext } from '../../types.ts'
import { fileLink } from './addresses.ts'

export function problemsSection(diagnostics: readonly Diagnostic[], context: PageContext): Html {
  if (diagnostics.length === 0) return html`<p class="message good">No problems.</p>`
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.length - errors
  const counts = [...(errors ? [plural(errors, 'error')] : []), ...(warnings ? [plural(warnings, 'warning')] : [])]
  return html`<p class="message ${errors > 0 ? 'bad' : 'warn'}">${counts.join(' and ')}.${errors > 0 && ' Nothing is saved until the errors are gone.'}</p>
<ul class="problems">${diagnostics.map((one) => problem(one, context))}</ul>`
}

function problem({ file, span, severity, message, help, code }: Diagnostic, { link }: PageContext): Html {
  const { line, column } = file.position(span[0])
  return html`<li><span class="badge ${severity === 'error' ? 'bad' : 'warn'}">${severity}</span> <a href="${link(fileLink(file.path, line))}" data-line="${line}" data-file="${file.path}">${file.path}:${line}:${column}</a>
<p>${message} <span class="soft">${code}</span></p>${help && html`<p class="soft">${help}</p>`}</li>`
}

/** What the editor marks in the text. */
export function problemsJson(diagnostics: readonly Diagnostic[], path: string) {
  return diagnostics
    .filter(({ file }) => file.path === path)
    .map(({ span: [from, to], severity, message, help, code }) => ({
      ...{ from, to, severity, code },
      message: help === undefined ? message : `${message}\n${help}`,
    }))
}
