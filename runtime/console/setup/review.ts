/** The first step of setup: what it takes, all data that will be shared with a sample of each, and the permissions, once. */

import { html } from 'hono/html'
import { findAddressProblem } from '../../auth/setup/public-url.ts'
import type { SetupView, SideView } from '../../auth/setup/setup.ts'
import { lowerFirst } from '../../lib/format.ts'
import type { PropertyCoverage } from '../../mapping/coverage/property-counter.ts'
import { type Coverage, isNeverPresent } from '../../mapping/coverage/stored-coverage.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'
import { productLinks } from '../form-field.ts'
import type { Html, PageContext } from '../types.ts'
import { loadSamples, type Samples } from './samples.ts'
import { consoleOrigin, optionalPermissionsFieldset, permissionsTable } from './shared.ts'

export async function review(view: SetupView, context: PageContext): Promise<Html> {
  const { options, csrfField, link } = context
  const { spec } = options.connector
  const [from, to] = [view.source.side.label, view.destination.side.label]
  const samples = await loadSamples(context)
  return html`<p class="lead">This data is sent from ${from} to ${to} once both accounts are connected. No profile is subscribed, unsubscribed or suppressed, and imported history starts no flow.</p>
<form method="post" action="${link('/set-up/approve')}">${csrfField}
${needs(view, context)}
${metricsTable(spec, samples)}
${profileProperties(spec, samples)}
${samples.kind !== 'none' && html`<p class="soft">${SAMPLE_TEXTS[samples.kind]}</p>`}
<div class="beside">${permissionsTable(view.source)}${permissionsTable(view.destination)}</div>
${optionalPermissionsFieldset(view.destination.side, view.state.optionalPermissions)}
<div class="next-step"><p class="soft">Nothing is sent before the last step.</p><button>Approve and continue</button></div>
</form>`
}

const SAMPLE_TEXTS = {
  recorded: 'Counts and samples are of the newest events, masked.',
  example:
    'Counts and samples are of the example records that the mappings are tested with. They are of a made-up shop.',
} as const

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
<td data-name="Properties" class="wide">${propertyDetails(mapping.metric, mapping.properties, samples)}</td>
</tr>`,
  )}</tbody>
</table></div>`
}

const historyOf = ({ stream }: Mapping) => (stream === undefined ? 'No' : stream.onRequest ? 'On request' : 'Yes')

function propertyDetails(metric: string, properties: readonly { readonly name: string }[], samples: Samples): Html {
  const names = properties.map(({ name }) => name)
  const shown = names.slice(0, 3).join(', ')
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return html`<details><summary>${shown}${more}${neverBadge(samples.metrics.get(metric))}</summary>${sampleList(names, samples.metrics.get(metric))}</details>`
}

function neverBadge(sample: Coverage | undefined): Html | '' {
  const never = sample?.properties.filter(isNeverPresent).length ?? 0
  return never === 0 ? '' : html` <span class="badge warn">${never} never present</span>`
}

/** `names`: of the spec, where no event shows more. */
function sampleList(names: readonly string[], sample: Coverage | undefined): Html {
  if (sample === undefined)
    return html`<p class="soft">No event of it to look at.</p><ul class="plain">${names.map((name) => html`<li dir="auto">${name}</li>`)}</ul>`
  return html`<dl class="facts samples">${sample.properties.map((one) => html`<dt dir="auto">${one.name}</dt><dd>${presence(one)}</dd>`)}</dl>`
}

const presence = ({ present, events, samples: [sample] }: PropertyCoverage): Html =>
  present === 0
    ? html`<span class="badge warn">Never</span> <span class="soft">in 0 of ${events}</span>`
    : html`<span class="value" dir="auto">${sample}</span> <span class="soft">in ${present} of ${events}</span>`

function profileProperties({ profile }: Spec, { metrics }: Samples): Html {
  const names = [...profile.attributes, ...profile.properties].map(({ name }) => name)
  const sample = metrics.get(PROFILE)
  return html`<details class="card"><summary><strong>${names.length} profile properties</strong>
<span class="soft">Identified by ${profile.identifiers.join(', then ')}</span>${neverBadge(sample)}</summary>${sampleList(names, sample)}</details>`
}
