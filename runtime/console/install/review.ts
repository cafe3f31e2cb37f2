/** The first step: everything that will be shared, and what each side must allow. Read from the spec. */
import { html } from 'hono/html'
import type { View } from '../../account/setup.ts'
import type { Spec } from '../../spec/spec.ts'
import type { Context, Html } from '../parts.ts'
import { permissions } from './steps.ts'

export function review(view: View, { parts, csrf, link }: Context): Html {
  const { spec } = parts.connector
  const [from, to] = [view.source.side.label, view.destination.side.label]
  return html`<p class="lead">This is what goes from ${from} to ${to} once you have connected both. Nothing is sent before the last step.</p>
${metrics(spec)}
${attributes(spec)}
<div class="beside">${permissions(view.source)}${permissions(view.destination)}</div>
<form method="post" action="${link('/set-up/allow')}" class="card">${csrf}
${extras(view)}
<p>Nobody is subscribed, unsubscribed or suppressed. History is sent so that it starts no flow.</p>
<button>Allow, and go on</button>
</form>`
}

function metrics({ mappings }: Spec): Html {
  return html`<div class="table"><table class="stack">
<caption>${mappings.length} metrics</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">When</th><th scope="col">History</th><th scope="col">Properties</th></tr></thead>
<tbody>${mappings.map(
    ({ metric, summary, stream, properties }) => html`<tr>
<th scope="row">${metric}</th><td data-name="When">${summary}</td>
<td data-name="History">${stream === undefined ? 'no' : stream.optIn ? 'when asked for' : 'yes'}</td>
<td data-name="Properties"><details><summary>${properties.length}</summary>${properties.map(({ name }) => name).join(', ')}</details></td>
</tr>`,
  )}</tbody>
</table></div>`
}

function attributes({ profile }: Spec): Html {
  const names = [...profile.attributes, ...profile.properties].map(({ name }) => name)
  return html`<details class="card"><summary><strong>${names.length} attributes of a person</strong>
<span class="soft">identified by ${profile.identifiers.join(', then ')}</span></summary><p>${names.join(', ')}</p></details>`
}

/** Asked for now, since most sides let nobody add a permission to a log-in later. */
function extras({ destination: { side } }: View): Html {
  const all = Object.entries(side.extras)
  if (all.length === 0) return html``
  return html`<fieldset><legend>If you like, ${side.label} may also allow</legend>
${all.map(([name, what]) => html`<label class="check"><input type="checkbox" name="extra" value="${name}"> <span>${what} <span class="soft">${name}</span></span></label>`)}
</fieldset>`
}
