/** The filter of the Events page: outcomes with their counts, a form, and the chips of what is set. */
import { html } from 'hono/html'
import { sum } from '../../../backfill/counts.ts'
import { readWebhookActivity, type WebhookActivity } from '../../../health/webhook-activity.ts'
import { capitalize, formatCount } from '../../../lib/format.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import type { Tally } from '../../../ports/ledger.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { originOf } from '../../../store/outcome-effects.ts'
import { countByReason } from '../../count-by-reason.ts'
import { addDays, dayBeginningAt } from '../../days.ts'
import { type Count, countFound, countText, type EventCounts, readEventCounts, sumCounts } from '../../event-counts.ts'
import { ANY_METRIC, type EventFilter, type EventOutcome, eventsLink, NO_METRIC, UNMOUNTED } from '../../event-links.ts'
import { hiddenFields } from '../../form-field.ts'
import { timeElement } from '../../format-html.ts'
import { icon } from '../../icons.ts'
import type { Html, PageContext } from '../../types.ts'
import { isOfMetric, outcomesOf, toSearch } from './filter.ts'
import { ORIGINS } from './table.ts'

const OUTCOMES = { delivered: 'Delivered', skipped: 'Skipped', dead: 'Failed', waiting: 'Waiting' } as const

export async function filterForm(filter: EventFilter, context: PageContext): Promise<Html> {
  const { store } = context.options.connector
  const [counts, activity] = await Promise.all([readEventCounts(store, filter.run), readWebhookActivity(store)])
  return html`${await outcomes(filter, counts, context)}
<div class="card filters">
<form method="get" action="${context.link('/events')}" aria-label="Filter">
${hiddenFields({ outcome: filter.outcome?.toString(), queue: filter.queue, run: filter.run, search: filter.search, ...exactTimes(filter, context) })}
${select('metric', 'Metric', filter.metric, metricsOf(context))}
${select('reason', 'Reason', filter.reason, reasonsOf(filter, counts.tallies))}
${select('origin', 'Origin', filter.origin, Object.entries(ORIGINS))}
${select('topic', 'Topic', filter.topic, topicsOf(activity, context))}
${dayField('from', 'From', filter.since, context)}
${dayField('to', 'To', filter.until === undefined ? undefined : addDays(filter.until, -1, context.timeZone), context)}
<button class="plain">${icon('filter')}Filter</button>
</form>
<form method="post" action="${context.link('/events/person')}" aria-label="Filter by person">${context.csrfField}
${hiddenFields({ filter: eventsLink({ ...filter, search: undefined }, UNMOUNTED).split('?')[1] })}
<div><label for="person">Contact, conversation or ticket</label><input id="person" name="person" type="search" maxlength="300" autocomplete="off" spellcheck="false" placeholder="${filter.search === undefined ? 'E-mail address or id' : 'Filtered by a search'}"></div>
<button class="plain">${icon('search')}Find</button>
</form></div>
${chips(filter, context)}`
}

/** Tallies know neither topic, time nor person. */
const isTallied = ({ topic, since, until, search }: EventFilter) =>
  [topic, since, until, search].every((one) => one === undefined)

async function outcomes(filter: EventFilter, all: EventCounts, context: PageContext): Promise<Html> {
  const counts = await countOutcomes(filter, all, context)
  const chosen = outcomesOf(filter)
  const tab = (outcome: EventOutcome | undefined, label: string, count: Count) => {
    // Reasons of one outcome are none of another.
    const link = eventsLink({ ...filter, outcome, queue: undefined, reason: undefined }, context)
    const isCurrent = outcome === undefined ? chosen.length === 0 : chosen.includes(outcome)
    return html`<li><a class="chip" href="${link}"${isCurrent && html` aria-current="true"`}>${label} <span class="soft">${countText(count)}</span></a></li>`
  }
  const each = Object.entries(counts) as [EventOutcome, Count][]
  return html`<ul class="chips" aria-label="Outcomes">${tab(undefined, 'All', sumCounts(Object.values(counts)))}${each.map(([outcome, count]) => tab(outcome, OUTCOMES[outcome], count))}</ul>`
}

type Counts = Readonly<Record<EventOutcome, Count>>

/** From the tallies as far as they can tell, else by searches with a limit. */
async function countOutcomes(filter: EventFilter, all: EventCounts, context: PageContext): Promise<Counts> {
  const { metric, origin, run, topic, since, until, search } = filter
  const kind = { metric, origin, run }
  const found = toSearch({ ...kind, topic, since, until, search }, context) ?? {}
  const { store } = context.options.connector
  const tallies = all.tallies.filter((tally) => isOfFilter(tally, kind))
  const count = async (outcome: EventOutcome): Promise<Count> => {
    const isUnlisted = outcome === 'waiting' && all.listed === undefined
    if (isTallied(filter) && !isUnlisted)
      return { count: sum(tallies.flatMap((tally) => (outcomeOf(tally) === outcome ? [tally.count] : []))) }
    if (isTallied(filter) && Object.values(kind).every((one) => one === undefined)) return all.waiting
    return countFound(store, { ...found, status: outcome === 'waiting' ? 'deferred' : outcome }, all)
  }
  const [delivered, skipped, dead, waiting] = await Promise.all([
    count('delivered'),
    count('skipped'),
    count('dead'),
    count('waiting'),
  ])
  return { delivered, skipped, dead, waiting }
}

const outcomeOf = ({ status }: Tally) => (status === 'deferred' ? 'waiting' : status)

function isOfFilter(tally: Tally, filter: EventFilter): boolean {
  const { origin, run, reason } = filter
  const outcomes = outcomesOf(filter)
  return (
    isOfMetric(tally.metric, filter) &&
    (outcomes.length === 0 || outcomes.includes(outcomeOf(tally))) &&
    tally.scope === (run ?? tally.scope) &&
    tally.reason === (reason ?? tally.reason) &&
    originOf(tally.scope) === (origin ?? originOf(tally.scope))
  )
}

function reasonsOf(filter: EventFilter, tallies: readonly Tally[]): readonly Option[] {
  const ofFilter = tallies.filter((one) => one.reason !== '' && isOfFilter(one, { ...filter, reason: undefined }))
  const isCounted = isTallied(filter) && filter.queue === undefined
  return countByReason(ofFilter).map(({ reason, count }) => {
    const text = reasonText(reason)
    return [reason, isCounted ? `${text} (${formatCount(count)})` : text]
  })
}

/** Codes of faults stay as they are: the messages differ from event to event. */
const reasonText = (reason: string): string => (reason.includes('/') ? reason : capitalize(describeSkipReason(reason)))

function metricsOf({ options: { connector } }: PageContext): readonly Option[] {
  const { mappings, disabledMappings } = connector.spec
  const names = [...mappings, ...disabledMappings].map(({ metric }) => metric)
  const all = [...names.sort(), PROFILE, ...(connector.deletions ? [DELETION] : [])]
  return [...Object.entries(METRIC_CHOICES), ...all.map((name) => [name, name] as const)]
}

const METRIC_CHOICES: Readonly<Record<string, string>> = {
  [ANY_METRIC]: 'Events of a metric',
  [NO_METRIC]: 'Records without an event',
}
const QUEUES = { live: 'In the queue of live events', history: 'In the queue of history' } as const

/** Those that mappings use, and all that came, unknown ones too. */
function topicsOf(activity: WebhookActivity | undefined, { options: { connector } }: PageContext): readonly Option[] {
  const { mappings, profile } = connector.spec
  const used = [profile, ...mappings].flatMap(({ topics }) => [...topics])
  const received = Object.keys({ ...activity?.topics, ...connector.webhookStats().topics })
  return [...new Set([...used, ...received])].sort().map((topic) => [topic, topic])
}

type Option = readonly [value: string, label: string]

function select(name: string, label: string, value: string | undefined, options: readonly Option[]): Html {
  const all = value === undefined || options.some(([each]) => each === value) ? options : [[value, value], ...options]
  const choices = all.map(
    ([each = '', text]) => html`<option value="${each}"${each === value && html` selected`}>${text}</option>`,
  )
  return html`<div><label for="${name}">${label}</label><select id="${name}" name="${name}"><option value="">Any</option>${choices}</select></div>`
}

function dayField(name: string, label: string, at: number | undefined, { timeZone }: PageContext): Html {
  const day = at === undefined ? undefined : dayBeginningAt(at, timeZone)
  return html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="date" value="${day ?? ''}"></div>`
}

/** Bounds that are no whole days, as those of an hour of a chart, which the fields of days cannot show. */
function exactTimes({ since, until }: EventFilter, { timeZone }: PageContext) {
  const toText = (at: number | undefined) =>
    at === undefined || dayBeginningAt(at, timeZone) !== undefined ? undefined : new Date(at).toISOString()
  return { since: toText(since), until: toText(until) }
}

function chips(filter: EventFilter, context: PageContext): Html | '' {
  const { metric, queue, reason, origin, run, topic, since, until, search } = filter
  const texts: readonly (readonly [text: string | Html | undefined, without: EventFilter])[] = [
    [metric && (METRIC_CHOICES[metric] ?? metric), { metric: undefined }],
    [queue && QUEUES[queue], { queue: undefined }],
    [reason && reasonText(reason), { reason: undefined }],
    [origin && ORIGINS[origin], { origin: undefined }],
    [run && html`Import <code>${run}</code>`, { run: undefined }],
    [topic, { topic: undefined }],
    [since === undefined ? undefined : html`Since ${timeElement(since)}`, { since: undefined }],
    [until === undefined ? undefined : html`Before ${timeElement(until)}`, { until: undefined }],
    [search && 'One contact, conversation or ticket', { search: undefined }],
  ]
  const set = texts.filter(([text]) => text !== undefined)
  if (set.length === 0) return ''
  const chip = ([text, without]: (typeof texts)[number]) =>
    html`<li><a class="chip" href="${eventsLink({ ...filter, ...without }, context)}"><span class="hidden">Remove the filter </span>${text}<span aria-hidden="true">×</span></a></li>`
  return html`<ul class="chips" aria-label="Filters that are set">${set.map(chip)}<li><a class="chip" href="${eventsLink({ outcome: filter.outcome }, context)}">Remove all</a></li></ul>`
}
