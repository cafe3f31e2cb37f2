/** What a person wants of an import: which metrics, from when, until when. */
import { html } from 'hono/html'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Context, Html } from '../../types.ts'
import { costs } from './estimate.ts'
import { BACKFILL_AGAIN } from './text.ts'
import { importWarnings } from './warnings.ts'

export interface ImportOptions {
  readonly since?: number
  readonly until?: number
  readonly only?: readonly string[]
}

/** From the fields of the form, be they in an address or in a POST. `wrong` says what does not fit. */
export function parseImportForm(
  fields: URLSearchParams,
  { parts }: Context,
): ImportOptions | { readonly wrong: string } {
  const since = dayIn(fields.get('since'))
  const until = dayIn(fields.get('until'))
  if (since === 'wrong' || until === 'wrong') return { wrong: 'A date is written as 2026-01-31.' }
  if (since !== undefined && until !== undefined && since >= until)
    return { wrong: 'The first day must come before the last.' }
  if (since !== undefined && since > parts.clock.now()) return { wrong: 'The first day is still to come.' }
  const known = parts.connector.spec.mappings.filter(({ stream }) => stream !== undefined)
  const only = fields.getAll('metric')
  if (only.some((name) => !known.some(({ metric }) => metric === name)))
    return { wrong: 'One of these metrics has no history.' }
  if (only.length === 0) return { wrong: 'Choose at least one metric.' }
  const usual = known.filter(({ stream }) => stream?.onRequest === false).map(({ metric }) => metric)
  const isUsual = only.length === usual.length && usual.every((metric) => only.includes(metric))
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }), ...(!isUsual && { only }) }
}

/** Midnight UTC of a day, milliseconds. */
function dayIn(text: string | null): number | undefined | 'wrong' {
  if (text === null || text === '') return undefined
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? 'wrong' : at
}

const chosenIn = (fields: URLSearchParams) => fields.has('metric') || fields.has('since')

export function importForm(context: Context): Html {
  const { searchParams: fields } = context.url
  const asked = chosenIn(fields) ? parseImportForm(fields, context) : undefined
  return html`<form class="card" method="get" action="${context.link('/import')}#before">
<h2>Bring in history</h2>
${asked && 'wrong' in asked && html`<p class="said bad" role="alert">${asked.wrong}</p>`}
<fieldset><legend>Metrics</legend>${choices(context, asked && fields.getAll('metric'))}</fieldset>
<div class="cards">${day('since', 'From (optional)', fields)}${day('until', 'Until before (optional)', fields)}</div>
<p class="soft">Days begin at midnight UTC.</p>
<button${asked && !('wrong' in asked) ? html` class="plain"` : ''}>See what it would cost</button>
</form>`
}

/** What the choice would cost, and the button that begins. */
export async function cost(context: Context): Promise<Html | string> {
  const { searchParams: fields } = context.url
  const asked = parseImportForm(fields, context)
  if (!chosenIn(fields) || 'wrong' in asked || isBackgroundRefresh(context.request)) return ''
  return html`<section class="card" aria-labelledby="before"><h2 id="before">Before it begins</h2>${await costs(context, asked)}<h3>Who listens</h3>${await importWarnings(context)}${beginForm(context, fields)}</section>`
}

function choices({ parts }: Context, chosen: readonly string[] | undefined): Html[] {
  return parts.connector.spec.mappings.map(({ metric, stream }) => {
    if (stream === undefined) return html`<p class="soft">${metric}: the source keeps no history of it.</p>`
    const on = chosen === undefined ? !stream.onRequest : chosen.includes(metric)
    const dear = stream.fetchFull === undefined ? '' : html` <span class="soft">takes a request for each record</span>`
    return html`<label class="choice"><input type="checkbox" name="metric" value="${metric}"${on ? html` checked` : ''}> ${metric}${dear}</label>`
  })
}

const day = (name: string, label: string, fields: URLSearchParams) =>
  html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="date" value="${fields.get(name) ?? ''}"></div>`

function beginForm({ csrf, link }: Context, fields: URLSearchParams): Html {
  const kept = [...fields].filter(([name]) => ['metric', 'since', 'until'].includes(name))
  return html`<form method="post" action="${link('/import/begin')}">${csrf}
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button>Begin the import</button> <span class="soft">${BACKFILL_AGAIN}</span></form>`
}
