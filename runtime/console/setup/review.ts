/** The first step of setup: what it takes, all data that will be shared with a sample of each, and the permissions, once. A page of its own afterwards. */

import { html } from 'hono/html'
import { findAddressProblem } from '../../auth/setup/public-url.ts'
import type { SetupView, SideView } from '../../auth/setup/setup.ts'
import type { Side } from '../../auth/side.ts'
import { lowerFirst } from '../../lib/format.ts'
import type { PropertyCoverage } from '../../mapping/coverage/property-counter.ts'
import { isNeverPresent, isUnseen } from '../../mapping/coverage/stored-coverage.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'
import { productLinks } from '../form-field.ts'
import type { Html, Page, PageContext } from '../types.ts'
import { loadSamples, type Sample, type SampleKind, type Samples } from './samples.ts'
import {
  CREDENTIALS_BY_HOST,
  consoleOrigin,
  optionalPermissionsFieldset,
  permissionsTable,
  REVIEW_PATH,
  setupOf,
} from './shared.ts'

/** Without a form: the review can be read again at any time. */
export const reviewPage: Page = {
  path: REVIEW_PATH,
  title: 'What is sent',
  async render(context) {
    const view = await setupOf(context)?.view()
    if (view === undefined) return html`<p>${CREDENTIALS_BY_HOST}</p>`
    // That step has the form.
    if (view.step === 'review' && context.may('set-up')) return context.redirect('/set-up')
    const { link, may } = context
    return html`${lead(view)}
<p class="row"><a href="${link('/coverage')}">Property coverage</a><a href="${link('/mappings')}">Mappings</a>${may('set-up') && html`<a href="${link('/set-up')}">Back to setup</a>`}</p>
${await sharedData(view, context)}
${permissions(view)}`
  },
}

export async function review(view: SetupView, context: PageContext): Promise<Html> {
  const { csrfField, link } = context
  return html`${lead(view)}
<form method="post" action="${link('/set-up/approve')}">${csrfField}
${needs(view, context)}
${await sharedData(view, context)}
${permissions(view)}
${optionalPermissionsFieldset(view.destination.side, view.state.optionalPermissions)}
<div class="next-step"><p class="soft">Nothing is sent before the last step.</p><button>Approve and continue</button></div>
</form>`
}

function lead({ source, destination, step }: SetupView): Html {
  const when = step === 'done' ? '' : ' once both accounts are connected'
  return html`<p class="lead">This data is sent from ${source.side.label} to ${destination.side.label}${when}. No profile is subscribed, unsubscribed or suppressed, and imported history starts no flow.</p>`
}

const permissions = ({ source, destination }: SetupView): Html =>
  html`<div class="beside">${permissionsTable(source)}${permissionsTable(destination)}</div>`

/** All that is sent, with a sample of each property where there is one. */
export async function sharedData({ source }: SetupView, context: PageContext): Promise<Html> {
  const { spec } = context.options.connector
  const samples = await loadSamples(source, context)
  return html`${metricsTable(spec, samples)}
${profileProperties(spec, samples)}
${origins(samples, source.side)}`
}

/** Where the samples come from, and why there are no others. */
function origins({ metrics, missing }: Samples, { label, accountLabel = 'Account' }: Side): Html {
  const kinds = new Set([...metrics.values()].map(({ kind }) => kind))
  const texts: Readonly<Record<SampleKind, string>> = {
    recorded: 'Counts and samples are of the newest events, masked.',
    own: `Counts and samples are of recent records of your own ${label} ${lowerFirst(accountLabel)}, masked. Nothing of them is stored or sent.`,
    example: `${kinds.has('own') ? 'Where those have no event, counts' : 'Counts'} and samples are of the example records that the mappings are tested with. They are of a made-up shop.`,
  }
  const found = (['recorded', 'own', 'example'] as const).filter((kind) => kinds.has(kind)).map((kind) => texts[kind])
  const sentences = [...found, ...(kinds.size === 0 ? ['There are no samples to show.'] : []), ...missing]
  return html`<p class="soft">${sentences.join(' ')}</p>`
}

/** Before the first form, so that a person can collect it all first. */
function needs({ source, destination, state }: SetupView, context: PageContext): Html {
  const isReachable = findAddressProblem(consoleOrigin(context, state)) === undefined
  const item = ({ side, method }: SideView) => {
    const [field] = side.pasteFields
    const links = field?.links?.([...Object.keys(side.permissions), ...(state.optionalPermissions ?? [])]) ?? []
    const what =
      field === undefined ? 'an OAuth app' : side.pasteFields.map(({ label }) => lowerFirst(label)).join(' and ')
    return html`<li><strong>${side.label}</strong>: ${method === undefined ? html`${what}. Setup shows where to find ${side.pasteFields.length > 1 ? 'them' : 'it'}. ${productLinks(links)}` : 'connected already.'}</li>`
  }
  return html`<section class="card" aria-labelledby="needs"><h2 id="needs">What you need</h2>
<ul class="plain">${item(source)}${item(destination)}
<li><strong>A public address</strong> with HTTPS for webhooks: ${isReachable ? html`<code>${consoleOrigin(context, state)}</code>.` : html`later, under <a href="${context.link('/set-up/webhooks')}">Webhooks</a>, which says how to get one. Accounts can be connected without.`}</li></ul></section>`
}

function metricsTable({ mappings }: Spec, samples: Samples): Html {
  return html`<div class="table"><table class="stack">
<caption>${mappings.length} metrics</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">When</th><th scope="col">History</th><th scope="col">Properties</th></tr></thead>
<tbody>${mappings.map(
    (mapping) => html`<tr>
<th scope="row">${mapping.metric}</th><td data-name="When">${mapping.summary}</td>
<td data-name="History">${historyOf(mapping)}</td>
<td data-name="Properties" class="wide">${propertyDetails(mapping, samples)}</td>
</tr>`,
  )}</tbody>
</table></div>`
}

const historyOf = ({ stream }: Mapping) => (stream === undefined ? 'No' : stream.onRequest ? 'On request' : 'Yes')

function propertyDetails({ metric, properties, stream }: Mapping, samples: Samples): Html {
  const names = properties.map(({ name }) => name)
  const shown = names.slice(0, 3).join(', ')
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  const sample = samples.metrics.get(metric)
  const none =
    stream === undefined ? 'No event of it to look at: only webhooks bring it.' : 'No event of it to look at.'
  return html`<details><summary>${shown}${more}${neverBadge(sample)}</summary>${sampleList(names, sample, none)}</details>`
}

function neverBadge(sample: Sample | undefined): Html | '' {
  const never = sample?.properties.filter(isNeverPresent).length ?? 0
  return never === 0 ? '' : html` <span class="badge warn">${never} never present</span>`
}

const KIND_TEXTS: Readonly<Record<SampleKind, string>> = {
  recorded: 'Of the newest events.',
  own: 'Of your own records.',
  example: 'Of example records.',
}

/** `names`: of the spec, where no event shows more. */
function sampleList(names: readonly string[], sample: Sample | undefined, none: string): Html {
  if (sample === undefined)
    return html`<p class="soft">${none}</p><ul class="plain">${names.map((name) => html`<li dir="auto">${name}</li>`)}</ul>`
  return html`<p class="soft">${KIND_TEXTS[sample.kind]}</p><dl class="facts samples">${sample.properties.map((one) => html`<dt dir="auto">${one.name}</dt><dd>${presence(one)}</dd>`)}</dl>`
}

function presence(property: PropertyCoverage): Html {
  const { present, events, samples } = property
  if (events === 0) return html`<span class="soft">no event since its mapping changed</span>`
  if (isUnseen(property)) return html`<span class="soft">in 0 of ${events} so far</span>`
  const sample = isNeverPresent(property)
    ? html`<span class="badge warn">Never</span>`
    : html`<span class="value" dir="auto">${samples[0]}</span>`
  return html`${sample} <span class="soft">in ${present} of ${events}</span>`
}

function profileProperties({ profile }: Spec, { metrics }: Samples): Html {
  const names = [...profile.attributes, ...profile.properties].map(({ name }) => name)
  const sample = metrics.get(PROFILE)
  return html`<details class="card"><summary><strong>${names.length} profile properties</strong>
<span class="soft">Identified by ${profile.identifiers.join(', then ')}</span>${neverBadge(sample)}</summary>${sampleList(names, sample, 'No profile to look at.')}</details>`
}
