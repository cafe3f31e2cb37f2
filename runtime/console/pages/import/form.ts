/** What a person wants of an import: which metrics, from when, until when. */
import { html } from 'hono/html'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Html, PageContext } from '../../types.ts'
import { costs } from './estimate.ts'
import { parseImportForm } from './import-options.ts'
import { BACKFILL_AGAIN } from './text.ts'
import { importWarnings } from './warnings.ts'

const chosenIn = (fields: URLSearchParams) => fields.has('metric') || fields.has('since')

export function importForm(context: PageContext): Html {
  const { searchParams: fields } = context.url
  const asked = chosenIn(fields) ? parseImportForm(fields, context) : undefined
  return html`<form class="card" method="get" action="${context.link('/import')}#before">
<h2>Bring in history</h2>
${asked && 'wrong' in asked && html`<p class="message bad" role="alert">${asked.wrong}</p>`}
<fieldset><legend>Metrics</legend>${choices(context, asked && fields.getAll('metric'))}</fieldset>
<div class="cards">${day('since', 'From (optional)', fields)}${day('until', 'Until before (optional)', fields)}</div>
<p class="soft">Days begin at midnight UTC.</p>
<button${asked && !('wrong' in asked) ? html` class="plain"` : ''}>See what it would cost</button>
</form>`
}

/** What the choice would cost, and the button that begins. */
export async function cost(context: PageContext): Promise<Html | string> {
  const { searchParams: fields } = context.url
  const asked = parseImportForm(fields, context)
  if (!chosenIn(fields) || 'wrong' in asked || isBackgroundRefresh(context.request)) return ''
  return html`<section class="card" aria-labelledby="before"><h2 id="before">Before it begins</h2>${await costs(context, asked)}<h3>Who listens</h3>${await importWarnings(context)}${beginForm(context, fields)}</section>`
}

function choices({ parts }: PageContext, chosen: readonly string[] | undefined): Html[] {
  return parts.connector.spec.mappings.map(({ metric, stream }) => {
    if (stream === undefined) return html`<p class="soft">${metric}: the source keeps no history of it.</p>`
    const on = chosen === undefined ? !stream.onRequest : chosen.includes(metric)
    const dear = stream.fetchFull === undefined ? '' : html` <span class="soft">takes a request for each record</span>`
    return html`<label class="choice"><input type="checkbox" name="metric" value="${metric}"${on ? html` checked` : ''}> ${metric}${dear}</label>`
  })
}

const day = (name: string, label: string, fields: URLSearchParams) =>
  html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="date" value="${fields.get(name) ?? ''}"></div>`

function beginForm({ csrfField, link }: PageContext, fields: URLSearchParams): Html {
  const kept = [...fields].filter(([name]) => ['metric', 'since', 'until'].includes(name))
  return html`<form method="post" action="${link('/import/begin')}">${csrfField}
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button>Begin the import</button> <span class="soft">${BACKFILL_AGAIN}</span></form>`
}
