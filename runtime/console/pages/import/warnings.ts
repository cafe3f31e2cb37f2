/** Before an import: who at the destination listens to our metrics, and why an import starts none of it. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import type { CreatedResource, Dependents } from '../../../ports/recipes.ts'
import type { FaultInfo } from '../../../ports/types.ts'
import { withTimeout } from '../../server/with-timeout.ts'
import type { Html, PageContext } from '../../types.ts'

/** Longer than this nobody looks at an empty page, milliseconds. */
const PATIENCE = 10_000

/** Asks the destination. Says so where it may not be asked, and never throws. */
export async function importWarnings(context: PageContext): Promise<Html> {
  const { parts } = context
  const { recipes, spec } = parts.connector
  const there = capitalize(spec.destination.name)
  if (recipes === undefined) return html`<p>${promise(there)}</p>`
  const found = await withTimeout(PATIENCE, parts, (signal) => recipes.listeners(signal))
  return html`<p>${promise(there)}</p>
${known(found.flows, found) && flowsPart(found, there)}
${known(found.segments, found) && segmentsPart(found, there)}
${unread(found, context)}`
}

function unread({ unreadable: all }: Dependents, context: PageContext): Html | false {
  const said = ({ code, message }: FaultInfo) => html`<li>${message}.${permissionHint(code, context)}</li>`
  if (all.length === 0) return false
  const isMistake = all.some(({ code }) => toneOfFault(code, context) !== 'note')
  return html`<div class="${isMistake ? 'said bad' : 'note'}">Not everything could be read, so there may be more:<ul class="plain">${all.map(said)}</ul></div>`
}

/** Who did not allow what is allowed if one likes has made no mistake. */
export const toneOfFault = (code: string, context: PageContext): string =>
  permissionHint(code, context) === '' ? 'said bad' : 'note'

/** Where a permission that the destination has not given can be asked for. */
export function permissionHint(code: string, { parts, link }: PageContext): Html | '' {
  const { name } = parts.connector.spec.destination
  if (parts.connections === undefined || code !== `${name}/forbidden`) return ''
  return html` <a href="${link(`/set-up/${name}`)}">Connect ${capitalize(name)} with it</a>`
}

/** That there is none is known only when all could be read. */
const known = (some: readonly unknown[], { unreadable: unread }: Dependents) => some.length > 0 || unread.length === 0

const promise = (there: string) =>
  `An import sends nothing to anybody: each of its requests is marked as history, and ${there} starts no flow by metric for it. A request without the mark cannot leave this process.`

function flowsPart({ flows }: Dependents, there: string): Html {
  if (flows.length === 0) return html`<p>No flow in ${there} begins with one of our metrics.</p>`
  return html`<div class="table"><table>
<caption>Flows that begin with our metrics <span class="soft">an import does not start them</span></caption>
<thead><tr><th scope="col">Flow</th><th scope="col">Begins with</th><th scope="col">Status</th></tr></thead>
<tbody>${flows.map((flow) => html`<tr><td>${linked(flow)}</td><td>${flow.metric}</td><td>${status(flow)}</td></tr>`)}</tbody>
</table></div>`
}

function segmentsPart({ segments }: Dependents, there: string): Html {
  if (segments.length === 0) return html`<p>No segment in ${there} asks for one of our metrics.</p>`
  const risky = segments.flatMap(({ flows }) => flows).some((flow) => flow.status !== 'draft')
  return html`<div class="table"><table>
<caption>Segments that ask for our metrics <span class="soft">history changes who is in them</span></caption>
<thead><tr><th scope="col">Segment</th><th scope="col">Metrics</th><th scope="col">Flows that begin when somebody enters</th></tr></thead>
<tbody>${segments.map((segment) => html`<tr><td>${linked(segment)}</td><td>${segment.metrics.join(', ')}</td><td>${segment.flows.length === 0 ? 'none' : segment.flows.map((flow) => html`${linked(flow)} ${status(flow)} `)}</td></tr>`)}</tbody>
</table></div>
${risky && html`<p class="message bad"><strong>Look at these first.</strong> Whether a flow that begins with a segment stays quiet when history moves people into it is not documented. Set it to draft before the import, or add a condition on the event's date to the segment.</p>`}`
}

const linked = ({ link, name }: CreatedResource) => html`<a href="${link}" rel="noreferrer">${name}</a>`

function status({ status: word }: CreatedResource): Html | false {
  if (word === undefined) return false
  return html`<span class="badge ${word === 'live' ? 'warn' : ''}">${word}</span>`
}
