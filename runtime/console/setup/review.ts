/** The first step of setup: all data that will be shared, and the permissions it needs, from the spec. */
import { html } from 'hono/html'
import type { SetupView } from '../../auth/setup/setup.ts'
import { listPermissions } from '../../spec/compile/auth.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'
import type { Html, PageContext } from '../types.ts'
import { optionalPermissionsFieldset, permissionsTable } from './shared.ts'

export function review(view: SetupView, { options, csrfField, link }: PageContext): Html {
  const { spec } = options.connector
  const [from, to] = [view.source.side.label, view.destination.side.label]
  return html`<p class="lead">Once both accounts are connected, this data is sent from ${from} to ${to}. Nothing is sent before the last step.</p>
${metricsTable(spec, from)}
${profileProperties(spec)}
<div class="beside">${permissionsTable(view.source)}${permissionsTable(view.destination)}</div>
<form method="post" action="${link('/set-up/approve')}" class="card">${csrfField}
${optionalPermissionsFieldset(view.destination.side, view.state.optionalPermissions)}
<p>No profile is subscribed, unsubscribed or suppressed. Imported history starts no flow.</p>
<button>Approve and continue</button>
</form>`
}

function metricsTable(spec: Spec, from: string): Html {
  const { mappings } = spec
  return html`<div class="table"><table class="stack">
<caption>${mappings.length} metrics</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">When</th><th scope="col">History</th><th scope="col">Permissions in ${from}</th><th scope="col">Properties</th></tr></thead>
<tbody>${mappings.map(
    (mapping) => html`<tr>
<th scope="row">${mapping.metric}</th><td data-name="When">${mapping.summary}</td>
<td data-name="History">${historyOf(mapping)}</td>
<td data-name="Permissions">${listPermissions(mapping, spec).join(', ')}</td>
<td data-name="Properties"><details><summary>${mapping.properties.length}</summary>${mapping.properties.map(({ name }) => name).join(', ')}</details></td>
</tr>`,
  )}</tbody>
</table></div>`
}

const historyOf = ({ stream }: Mapping) => (stream === undefined ? 'No' : stream.onRequest ? 'On request' : 'Yes')

function profileProperties(spec: Spec): Html {
  const { profile } = spec
  const names = [...profile.attributes, ...profile.properties].map(({ name }) => name)
  return html`<details class="card"><summary><strong>${names.length} profile properties</strong>
<span class="soft">Identified by ${profile.identifiers.join(', then ')}; permissions: ${listPermissions(profile, spec).join(', ')}</span></summary><p>${names.join(', ')}</p></details>`
}
