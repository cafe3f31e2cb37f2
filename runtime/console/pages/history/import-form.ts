/** The form of a new import, and its estimate before it starts. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Html, PageContext } from '../../types.ts'
import { estimatedFields, estimateSection, readEstimate } from './estimate.ts'
import { parseImportForm } from './import-options.ts'
import { IMPORT_IS_SAFE } from './text.ts'
import { importWarnings } from './warnings.ts'

const isSubmitted = (fields: URLSearchParams) => fields.has('metric') || fields.has('since')

/** Folded up below an import that is done, until it is used. `isFirst`: there is none. */
export function importForm(context: PageContext, { isFirst }: { readonly isFirst: boolean }): Html {
  const isOpen = isFirst || isSubmitted(context.url.searchParams)
  return html`<details id="new-import" class="card"${isOpen && html` open`}><summary><h2>${isFirst ? 'Import history' : 'New import'}</h2></summary>${choiceForm(context)}</details>`
}

function choiceForm(context: PageContext): Html {
  const { searchParams: fields } = context.url
  const selection = isSubmitted(fields) ? parseImportForm(fields, context) : undefined
  const error = selection && 'error' in selection ? selection.error : undefined
  const isEstimated = selection !== undefined && error === undefined
  return html`<form method="get" action="${context.link('/history')}#estimate">
${error && html`<p class="message bad" role="alert">${error}</p>`}
<fieldset><legend>Metrics</legend>${metricChoices(context, selection && fields.getAll('metric'))}</fieldset>
<div class="cards">${dayInput('since', 'Start date (optional)', fields)}${dayInput('until', 'End date, exclusive (optional)', fields)}</div>
<button${isEstimated ? html` class="plain"` : ''}>Estimate import</button>
</form>`
}

/** The estimate of the submitted form, what the import affects, and the button that starts it. */
export async function importEstimate(context: PageContext): Promise<Html | string> {
  const { searchParams: fields } = context.url
  const selection = parseImportForm(fields, context)
  if (!isSubmitted(fields) || 'error' in selection || isBackgroundRefresh(context.request)) return ''
  const estimate = await readEstimate(context, selection)
  return html`<section class="card" aria-labelledby="estimate"><h2 id="estimate">Estimate</h2>${estimateSection(estimate, context)}<h3>Flows and segments that use these metrics</h3>${await importWarnings(context)}${startForm(context, fields, estimatedFields(estimate))}</section>`
}

function metricChoices({ options }: PageContext, selected: readonly string[] | undefined): Html[] {
  const { mappings, source } = options.connector.spec
  return mappings.map(({ metric, stream }) => {
    if (stream === undefined)
      return html`<p class="soft">${metric}: ${capitalize(source.name)} keeps no history of it.</p>`
    const isChecked = selected === undefined ? !stream.onRequest : selected.includes(metric)
    const note =
      stream.fetchFull === undefined ? '' : html` <span class="soft">needs one request for each record</span>`
    return html`<label class="choice"><input type="checkbox" name="metric" value="${metric}"${isChecked ? html` checked` : ''}> ${metric}${note}</label>`
  })
}

const dayInput = (name: string, label: string, fields: URLSearchParams) =>
  html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="date" value="${fields.get(name) ?? ''}"></div>`

function startForm({ csrfField, link, may }: PageContext, fields: URLSearchParams, estimated: Html[]): Html | '' {
  if (!may('operate')) return ''
  const choices = [...fields].filter(([name]) => ['metric', 'since', 'until'].includes(name))
  return html`<form method="post" action="${link('/import/begin')}">${csrfField}
${choices.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}${estimated}
<button>Start import</button> <span class="soft">${IMPORT_IS_SAFE}</span></form>`
}
