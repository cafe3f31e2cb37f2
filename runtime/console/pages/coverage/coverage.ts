/** Property coverage: which properties of a metric or of the profile are never, seldom or always present. */
import { html } from 'hono/html'
import { sum } from '../../../backfill/counts.ts'
import { formatCount, plural } from '../../../lib/format.ts'
import { type Coverage, type CoverageLimits, measureCoverage } from '../../../plan/coverage.ts'
import { namesIn, type PropertyCoverage } from '../../../plan/property-counter.ts'
import type { Tally } from '../../../ports/ledger.ts'
import { countLink } from '../../count-link.ts'
import { sourceExcerpt } from '../../source-excerpt.ts'
import type { Html, Page, PageContext } from '../../types.ts'

const PATH = '/coverage'
/** Of one metric. The time is spent beside delivery, so it is short. */
const ONE: CoverageLimits = { events: 1000, time: 2000 }
/** Of each metric of the list. */
const EACH: CoverageLimits = { events: 100, time: 200 }

export const coveragePage: Page = {
  path: PATH,
  title: 'Property coverage',
  nav: 'Property coverage',
  async render(context) {
    const { spec } = context.options.connector
    const rows: Html[] = []
    const tallies = await context.options.connector.store.tallies()
    // One after another: all at once would take the processor from delivery.
    for (const name of namesIn(spec))
      rows.push(metricRow(name, await measure(name, EACH, context), deliveredLink(name, tallies, context), context))
    return html`<p class="lead">How often each property has a value in the newest events. A property that is never present is often a mapping that reads the wrong field.</p>
<div class="table"><table class="stack">
<caption>Metrics <span class="soft">up to ${EACH.events} events each</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Events</th><th scope="col" class="number">Properties</th><th scope="col">Never present</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
  },
}

export const metricCoveragePage: Page = {
  path: `${PATH}/:name`,
  title: ({ params }) => `Properties of ${params.name ?? ''}`,
  async render(context) {
    const name = context.params.name ?? ''
    if (!namesIn(context.options.connector.spec).includes(name))
      return context.notFound('There is no metric of this name.')
    const coverage = await measure(name, ONE, context)
    return html`<p><a href="${context.link(PATH)}">All metrics</a></p>
${leadOf(coverage, deliveredLink(name, await context.options.connector.store.tallies(), context))}
${coverage.events > 0 && propertiesTable(coverage, context)}`
  },
}

function measure(name: string, limits: CoverageLimits, { options }: PageContext): Promise<Coverage> {
  const { connector, clock } = options
  return measureCoverage(name, limits, {
    store: connector.store,
    spec: connector.spec,
    preview: connector.preview,
    clock,
  })
}

/** All delivered events of a metric: only some of them are mapped again. */
function deliveredLink(metric: string, tallies: readonly Tally[], context: PageContext): Html {
  const counts = tallies.map((tally) => (tally.metric === metric && tally.status === 'delivered' ? tally.count : 0))
  return countLink(sum(counts), { metric, outcome: 'delivered' }, context)
}

function metricRow(name: string, { events, properties }: Coverage, delivered: Html, { link }: PageContext): Html {
  const never = properties.filter(({ present }) => present === 0)
  const names = never.map(({ name }) => name).join(', ')
  return html`<tr><td data-name="Metric"><a href="${link(`${PATH}/${encodeURIComponent(name)}`)}">${name}</a></td>
<td data-name="Events" class="number"><div>${formatCount(events)} of ${delivered}</div></td>
<td data-name="Properties" class="number">${formatCount(properties.length)}</td>
<td data-name="Never present">${neverText(events, names)}</td></tr>`
}

function neverText(events: number, names: string): Html {
  if (events === 0) return html`<span class="soft">No event yet</span>`
  return names === '' ? html`<span class="soft">None</span>` : html`${names}`
}

function leadOf({ events, unmapped, isCut }: Coverage, delivered: Html): Html {
  if (events === 0)
    return html`<div class="card empty">No delivered event of this metric can be mapped again yet.</div>`
  return html`<p class="lead">In the newest ${formatCount(events)} of ${delivered} delivered events, mapped again by the current mappings. Nothing is sent.</p>
${isCut && html`<p class="soft">More would take too long here.</p>`}
${unmapped > 0 && html`<p class="soft">${plural(unmapped, 'more event')} could not be mapped again: the record is no longer kept, or the mappings now make no such event of it.</p>`}`
}

function propertiesTable({ events, properties }: Coverage, context: PageContext): Html {
  return html`<div class="table"><table class="stack">
<caption>Properties <span class="soft">the rarest first</span></caption>
<thead><tr><th scope="col">Property</th><th scope="col" class="number">Present</th><th scope="col">Type</th><th scope="col">Samples, masked</th></tr></thead>
<tbody>${[...properties].sort((a, b) => a.present - b.present).map((property) => propertyRow(property, events, context))}</tbody></table></div>`
}

function propertyRow(
  { name, place, present, kinds, samples }: PropertyCoverage,
  events: number,
  context: PageContext,
): Html {
  const { sourceFiles } = context.options.connector.spec
  const badge = present === 0 && html` <span class="badge warn">Never</span>`
  const several = kinds.length > 1 && html` <span class="badge warn">Several types</span>`
  const line =
    present === 0 &&
    place !== undefined &&
    html`<details><summary>Mapping</summary>${sourceExcerpt(place, sourceFiles)}</details>`
  return html`<tr><th scope="row" class="regular"><div><span dir="auto">${name}</span>${badge}${line}</div></th>
<td data-name="Present" class="number"><div>${share(present, events)} <span class="soft">${formatCount(present)}</span></div></td>
<td data-name="Type"><div>${kinds.join(', ')}${several}</div></td>
<td data-name="Samples">${samples.join(' · ')}</td></tr>`
}

/** Whole percents, but 0 and 100 only where they are exact. */
function share(part: number, whole: number): string {
  const percent = Math.round((part / whole) * 100)
  if (part > 0 && percent === 0) return 'under 1%'
  return part < whole && percent === 100 ? 'over 99%' : `${percent}%`
}
