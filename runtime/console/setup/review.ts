/** The first step: everything that will be shared, and what each side must allow. Read from the spec. */
import { html } from 'hono/html'
import type { SetupView } from '../../auth/setup.ts'
import { listPermissions } from '../../spec/compile/auth.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'
import type { Html, PageContext } from '../types.ts'
import { extras, permissions } from './shared.ts'

export function review(view: SetupView, { parts, csrfField, link }: PageContext): Html {
  const { spec } = parts.connector
  const [from, to] = [view.source.side.label, view.destination.side.label]
  return html`<p class="lead">This is what goes from ${from} to ${to} once you have connected both. Nothing is sent before the last step.</p>
${metrics(spec, from)}
${attributes(spec)}
<div class="beside">${permissions(view.source)}${permissions(view.destination)}</div>
<form method="post" action="${link('/set-up/allow')}" class="card">${csrfField}
${extras(view.destination.side, view.state.optionalPermissions)}
<p>Nobody is subscribed, unsubscribed or suppressed. History is sent so that it starts no flow.</p>
<button>Allow, and go on</button>
</form>`
}

function metrics(spec: Spec, from: string): Html {
  const { mappings } = spec
  return html`<div class="table"><table class="stack">
<caption>${mappings.length} metrics</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">When</th><th scope="col">History</th><th scope="col">What ${from} must allow for it</th><th scope="col">Properties</th></tr></thead>
<tbody>${mappings.map(
    (mapping) => html`<tr>
<th scope="row">${mapping.metric}</th><td data-name="When">${mapping.summary}</td>
<td data-name="History">${historyOf(mapping)}</td>
<td data-name="Needs">${listPermissions(mapping, spec).join(', ')}</td>
<td data-name="Properties"><details><summary>${mapping.properties.length}</summary>${mapping.properties.map(({ name }) => name).join(', ')}</details></td>
</tr>`,
  )}</tbody>
</table></div>`
}

const historyOf = ({ stream }: Mapping) => (stream === undefined ? 'no' : stream.onRequest ? 'when asked for' : 'yes')

function attributes(spec: Spec): Html {
  const { profile } = spec
  const names = [...profile.attributes, ...profile.properties].map(({ name }) => name)
  return html`<details class="card"><summary><strong>${names.length} attributes of a person</strong>
<span class="soft">identified by ${profile.identifiers.join(', then ')}; need ${listPermissions(profile, spec).join(', ')}</span></summary><p>${names.join(', ')}</p></details>`
}
