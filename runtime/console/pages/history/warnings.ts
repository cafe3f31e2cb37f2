/** Warnings before an import: the destination's flows and segments that use our metrics, and why no flow starts. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { withTimeout } from '../../../lib/with-timeout.ts'
import type { CreatedResource, Dependents } from '../../../ports/recipes.ts'
import type { FaultInfo } from '../../../ports/types.ts'
import type { Html, PageContext } from '../../types.ts'

/** Milliseconds that a page waits for the destination. */
const TIMEOUT = 10_000

/** Reads them from the destination. Never throws: says where a permission is missing. */
export async function importWarnings(context: PageContext): Promise<Html> {
  const { options } = context
  const { recipes, spec } = options.connector
  const destination = capitalize(spec.destination.name)
  if (recipes === undefined) return html`<p>${noFlowStarts(destination)}</p>`
  const dependents = await withTimeout(TIMEOUT, options, (signal) => recipes.findDependents(signal))
  const { flows, segments } = dependents
  return html`<p>${noFlowStarts(destination)}</p>
${isKnown(flows, dependents) && flowsTable(flows, destination)}
${isKnown(segments, dependents) && segmentsTable(segments, destination)}
${unreadableNote(dependents, context)}`
}

const noFlowStarts = (destination: string) =>
  `An import triggers no flow: every request is marked as history, and ${destination} starts no metric-triggered flow for it. The connector refuses to send an import without the mark.`

/** An empty list is certain only if everything could be read. */
const isKnown = (list: readonly unknown[], { unreadable }: Dependents) => list.length > 0 || unreadable.length === 0

function unreadableNote({ unreadable }: Dependents, context: PageContext): Html | false {
  if (unreadable.length === 0) return false
  const item = ({ code, message }: FaultInfo) => html`<li>${message}.${permissionHint(code, context)}</li>`
  const isError = unreadable.some(({ code }) => toneOfFault(code, context) !== 'note')
  return html`<div class="${isError ? 'message bad' : 'note'}">This list may be incomplete:<ul class="plain">${unreadable.map(item)}</ul></div>`
}

/** A missing optional permission is no error. */
export const toneOfFault = (code: string, context: PageContext): string =>
  permissionHint(code, context) === '' ? 'message bad' : 'note'

/** A link to grant the missing permission. */
export function permissionHint(code: string, { options, link, may }: PageContext): Html | '' {
  const { name } = options.connector.spec.destination
  if (options.connections === undefined || code !== `${name}/forbidden`) return ''
  if (!may('set-up')) return html` A person who may set up this connector can add this permission.`
  return html` <a href="${link(`/set-up/${name}`)}">Reconnect ${capitalize(name)} with this permission</a>`
}

function flowsTable(flows: Dependents['flows'], destination: string): Html {
  if (flows.length === 0) return html`<p>No flow in ${destination} is triggered by these metrics.</p>`
  return html`<div class="table"><table class="stack">
<caption>Flows triggered by these metrics <span class="soft">an import does not trigger them</span></caption>
<thead><tr><th scope="col">Flow</th><th scope="col">Trigger</th><th scope="col">Status</th></tr></thead>
<tbody>${flows.map((flow) => html`<tr><td>${resourceLink(flow)}</td><td data-name="Trigger">${flow.metric}</td><td data-name="Status">${statusBadge(flow)}</td></tr>`)}</tbody>
</table></div>`
}

function segmentsTable(segments: Dependents['segments'], destination: string): Html {
  if (segments.length === 0) return html`<p>No segment in ${destination} uses these metrics.</p>`
  const isRisky = segments.flatMap(({ flows }) => flows).some((flow) => flow.status !== 'draft')
  return html`<div class="table"><table class="stack">
<caption>Segments that use these metrics <span class="soft">an import changes their members</span></caption>
<thead><tr><th scope="col">Segment</th><th scope="col">Metrics</th><th scope="col">Flows triggered by joining</th></tr></thead>
<tbody>${segments.map((segment) => html`<tr><td>${resourceLink(segment)}</td><td data-name="Metrics">${segment.metrics.join(', ')}</td><td data-name="Flows"><div>${segment.flows.length === 0 ? 'none' : segment.flows.map((flow) => html`${resourceLink(flow)} ${statusBadge(flow)} `)}</div></td></tr>`)}</tbody>
</table></div>
${isRisky && html`<p class="message bad"><strong>Check these first.</strong> ${destination} does not document whether a segment-triggered flow stays quiet when imported events add people to the segment. Set the flow to draft before the import, or add a condition on the event's date to the segment.</p>`}`
}

const resourceLink = ({ link, name }: CreatedResource) =>
  html`<a href="${link}" rel="noreferrer" dir="auto">${name}</a>`

function statusBadge({ status }: CreatedResource): Html | false {
  if (status === undefined) return false
  return html`<span class="badge ${status === 'live' ? 'warn' : ''}">${status}</span>`
}
