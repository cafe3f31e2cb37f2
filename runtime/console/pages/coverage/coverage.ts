/** Property coverage: which properties of a metric or of the profile are never, seldom or always present. */

import { html } from 'hono/html'
import { sum } from '../../../backfill/counts.ts'
import { formatCount, formatShare, plural } from '../../../lib/format.ts'
import { coverageNames } from '../../../mapping/coverage/coverage-names.ts'
import type { PropertyCoverage } from '../../../mapping/coverage/property-counter.ts'
import { type Coverage, isNeverPresent, isUnseen, readCoverage } from '../../../mapping/coverage/stored-coverage.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import type { Tally } from '../../../ports/ledger.ts'
import { countLink } from '../../count-link.ts'
import { REVIEW_PATH, setupOf } from '../../setup/shared.ts'
import { sourceExcerpt } from '../../source-excerpt.ts'
import type { Html, Page, PageContext } from '../../types.ts'

const PATH = '/coverage'

export const coveragePage: Page = {
  path: PATH,
  title: 'Property coverage',
  nav: 'Property coverage',
  async render(context) {
    const { connector } = context.options
    const tallies = await connector.store.tallies()
    const rows = coverageNames(connector.spec).map(async (name) =>
      metricRow(name, await readCoverage(name, connector), deliveredLink(name, tallies, context), context),
    )
    return html`<p class="lead">How often each property has a value in the newest events, live and history. A property that is never present, in 20 events or more, is often a mapping that reads the wrong field.</p>
${setupOf(context) && html`<p><a href="${context.link(REVIEW_PATH)}">What is sent, with samples</a></p>`}
<div class="table"><table class="stack">
<caption>Metrics <span class="soft">at least the newest 1,000 events of each, counted as they are delivered; of the profile, those sent with live events and profile updates</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Events</th><th scope="col" class="number">Properties</th><th scope="col">Never present</th></tr></thead>
<tbody>${await Promise.all(rows)}</tbody></table></div>`
  },
}

export const metricCoveragePage: Page = {
  path: `${PATH}/:name`,
  title: ({ params }) => `Properties of ${params.name ?? ''}`,
  async render(context) {
    const name = context.params.name ?? ''
    const { connector } = context.options
    if (!coverageNames(connector.spec).includes(name)) return context.notFound('There is no metric of this name.')
    const coverage = await readCoverage(name, connector)
    return html`<p><a href="${context.link(PATH)}">All metrics</a></p>
${name === PROFILE ? profileLead(coverage) : leadOf(coverage, deliveredLink(name, await connector.store.tallies(), context))}
${coverage.events > 0 && propertiesTable(coverage, context)}`
  },
}

/** All delivered events of a metric: the newest of them are counted. */
function deliveredLink(metric: string, tallies: readonly Tally[], context: PageContext): Html {
  const counts = tallies.map((tally) => (tally.metric === metric && tally.status === 'delivered' ? tally.count : 0))
  return countLink(sum(counts), { metric, outcome: 'delivered' }, context)
}

function metricRow(name: string, { events, properties }: Coverage, delivered: Html, { link }: PageContext): Html {
  return html`<tr><td data-name="Metric"><a href="${link(`${PATH}/${encodeURIComponent(name)}`)}">${name}</a></td>
<td data-name="Events" class="number"><div>${name === PROFILE ? `${formatCount(events)} sent` : html`${formatCount(events)} of ${delivered}`}</div></td>
<td data-name="Properties" class="number">${formatCount(properties.length)}</td>
<td data-name="Never present">${events === 0 ? noneText(name) : neverText(name, properties)}</td></tr>`
}

const noneText = (name: string): Html =>
  html`<span class="soft">${name === PROFILE ? 'No profile yet' : 'No event yet'}</span>`

function neverText(metric: string, properties: readonly PropertyCoverage[]): Html {
  const names = properties.filter(isNeverPresent).map(({ name }) => name)
  const unseen = properties.filter(isUnseen)
  if (unseen.length === 0) return names.length === 0 ? html`<span class="soft">None</span>` : html`${names.join(', ')}`
  const most = Math.max(...unseen.map(({ events }) => events))
  const seen = plural(most, metric === PROFILE ? 'profile' : 'event')
  return html`${names.join(', ')} <span class="soft">${formatCount(unseen.length)} without a value in ${seen} so far</span>`
}

function leadOf({ events }: Coverage, delivered: Html): Html {
  if (events === 0)
    return html`<div class="card empty">No event of this metric is counted yet. Events are counted as they are delivered.</div>`
  return html`<p class="lead">In the newest ${formatCount(events)} of ${delivered} delivered events, live and history.</p>`
}

/** No tally counts these: most profiles are sent with an event. */
function profileLead({ events }: Coverage): Html {
  if (events === 0)
    return html`<div class="card empty">No profile is counted yet. Profiles are counted as they are sent with live events and profile updates.</div>`
  return html`<p class="lead">In the newest ${formatCount(events)} profiles that were sent, with live events and profile updates. Events of history carry identifiers only, and are not counted.</p>`
}

function propertiesTable(coverage: Coverage, context: PageContext): Html {
  return html`<div class="table"><table class="stack">
<caption>Properties <span class="soft">the rarest first</span></caption>
<thead><tr><th scope="col">Property</th><th scope="col" class="number">Present</th><th scope="col">Type</th><th scope="col">Samples, masked</th></tr></thead>
<tbody>${[...coverage.properties].sort((a, b) => rate(a) - rate(b)).map((property) => propertyRow(property, coverage, context))}</tbody></table></div>`
}

/** One that no event was mapped with yet comes last. */
const rate = ({ present, events }: PropertyCoverage): number => (events === 0 ? 1 : present / events)

function propertyRow(property: PropertyCoverage, coverage: Coverage, context: PageContext): Html {
  const { name, place, kinds, samples } = property
  const { sourceFiles } = context.options.connector.spec
  const isNever = isNeverPresent(property)
  const badge = isNever && html` <span class="badge warn">Never</span>`
  const several = kinds.length > 1 && html` <span class="badge warn">Several types</span>`
  const line =
    isNever &&
    place !== undefined &&
    html`<details><summary>Mapping</summary>${sourceExcerpt(place, sourceFiles)}</details>`
  return html`<tr><th scope="row" class="regular"><div><span dir="auto">${name}</span>${badge}${line}</div></th>
<td data-name="Present" class="number"><div>${presentText(property, coverage)}</div></td>
<td data-name="Type"><div>${kinds.join(', ')}${several}</div></td>
<td data-name="Samples">${samples.join(' · ')}</td></tr>`
}

function presentText(property: PropertyCoverage, coverage: Coverage): Html {
  const { present, events } = property
  if (events === 0) return html`<span class="soft">No event since its mapping changed</span>`
  const since = events < coverage.events && ` of ${formatCount(events)} since its mapping changed`
  if (isUnseen(property))
    return html`<span class="soft">0 of ${events} so far${since && ' since its mapping changed'}</span>`
  return html`${formatShare(present, events)} <span class="soft">${formatCount(present)}${since}</span>`
}
