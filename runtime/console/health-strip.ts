/** The state of the connector at the top of every page: both sides, what is wrong, what becomes of events, what to do. */
import { html } from 'hono/html'
import { EFFECT_NAMES, ENDS_BY_ITSELF } from '../health/problem-texts.ts'
import type { Health, HealthState, Problem, ProblemCode } from '../health/types.ts'
import { capitalize, plural } from '../lib/format.ts'
import { type EventFilter, eventsLink } from './event-links.ts'
import { timeElement, withLocalTimes } from './format-html.ts'
import { type IconName, icon } from './icons.ts'
import { forOthers } from './next-step.ts'
import type { Html, PageContext } from './types.ts'

const STATE_NAMES: Readonly<Record<HealthState, string>> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  stopped: 'Stopped',
}

const TONES: Readonly<Record<HealthState, string>> = { healthy: 'good', degraded: 'warn', stopped: 'bad' }
const ICONS: Readonly<Record<HealthState, IconName>> = { healthy: 'success', degraded: 'warning', stopped: 'failure' }

/** Of the accounts on both sides, as far as they are known. */
export interface AccountNames {
  readonly source?: string | undefined
  readonly destination?: string | undefined
}

export interface HealthStripProps {
  readonly health: Health
  readonly accounts: AccountNames
  readonly context: PageContext
}

export function healthStrip({ health, accounts, context }: HealthStripProps): Html {
  const { state, since, problems } = health
  const { spec } = context.options.connector
  const [worst, ...others] = problems
  const text = worst === undefined ? 'Events are delivered as they happen.' : withLocalTimes(`${worst.title}.`)
  const at = new Set(problems.map(placeOf))
  const badge = html`<span class="badge ${TONES[state]}">${icon(ICONS[state])}${STATE_NAMES[state]}</span>`
  return html`<section id="health" class="health ${TONES[state]}" data-live aria-label="Status">
<div class="joined">${side(spec.source.name, accounts.source, at.has('source'))}
<p class="between">${badge}<span class="soft">since ${timeElement(since)}</span></p>
${side(spec.destination.name, accounts.destination, at.has('destination'))}</div>
<div class="row apart"><p data-announce><span class="hidden">${STATE_NAMES[state]}: </span>${text}</p>
<p class="soft frame-links"><span>Times in <span data-zone-name>${context.timeZone ?? 'UTC'}</span></span> <a class="more" href="${context.link('/timeline')}">Timeline</a></p></div>
${standbyNote(context)}
${worst && html`<p>${consequence(worst)} ${action(worst, context)}${eventsOf(worst, context)}</p>${worst.detail && html`<details id="worst-problem"><summary>Details</summary><pre>${worst.detail}</pre></details>`}`}
${others.length > 0 && html`<details id="more-problems"><summary>${plural(others.length, 'more problem')}</summary><ul class="plain">${others.map((problem) => html`<li>${withLocalTimes(problem.title)}, since ${timeElement(problem.since)}. ${consequence(problem)} ${action(problem, context)}${eventsOf(problem, context)}${problem.detail && html`<pre>${problem.detail}</pre>`}</li>`)}</ul></details>`}
</section>`
}

function side(name: string, account: string | undefined, isFaulty: boolean): Html {
  const mark = isFaulty && html`${icon('warning')}<span class="hidden">has a problem</span>`
  return html`<p class="side"><strong>${capitalize(name)}${mark}</strong>${account && html`<span class="soft" dir="auto">${account}</span>`}</p>`
}

const WAITING: EventFilter = { outcome: 'waiting', queue: 'live' }

/** The events that a problem counts. */
const EVENTS: Readonly<Partial<Record<ProblemCode, EventFilter>>> = {
  'live-delayed': WAITING,
  'live-too-late-for-flows': WAITING,
}

function eventsOf({ code }: Problem, context: PageContext): Html | '' {
  const filter = EVENTS[code]
  return filter === undefined ? '' : html` <a href="${eventsLink(filter, context)}">List these events</a>`
}

type Place = 'source' | 'destination' | 'between'

/** Where a problem is, if its code tells. */
const PLACES: Readonly<Partial<Record<ProblemCode, Place>>> = {
  'webhooks-refused': 'source',
  'webhooks-rejected': 'source',
  'webhooks-misdirected': 'source',
  'webhooks-missed': 'source',
  'webhooks-silent': 'source',
  'no-public-address': 'source',
  'no-webhook-yet': 'source',
  'source-refused': 'source',
  'source-unreachable': 'source',
  'reconcile-overdue': 'source',
  'reconcile-incomplete': 'source',
  'import-incomplete': 'source',
  'destination-unreachable': 'destination',
}

function placeOf({ code, side }: Problem): Place {
  return side === undefined ? (PLACES[code] ?? 'between') : side === 'neither' ? 'between' : side
}

/** In a console of a process that only receives. */
function standbyNote({ options }: PageContext): Html | '' {
  const owner = options.otherOwner?.()
  if (owner === undefined) return ''
  return html`<p class="soft">Process ${owner} delivers events, checks for missed webhooks and imports history. This one receives webhooks, and takes over when that one ends.</p>`
}

const consequence = ({ effect, consequence: text }: Problem): Html =>
  html`<strong>${EFFECT_NAMES[effect]}:</strong> ${withLocalTimes(text)}.`

/** Pages of actions that only those may open who may set up; a test holds them against the table of pages. */
const SETUP_PAGES: ReadonlySet<string> = new Set(['/set-up', '/set-up/check'])

function action({ action: what }: Problem, { link, may }: PageContext): Html | string {
  if (what === undefined) return ENDS_BY_ITSELF
  if (what.path !== undefined && SETUP_PAGES.has(what.path) && !may('set-up')) return forOthers(what.text)
  return what.path === undefined ? html`${what.text}.` : html`<a href="${link(what.path)}">${what.text}</a>`
}

/** For the title of a page, so that a tab in the background shows it. */
export const titlePrefix = (state: HealthState | undefined): string =>
  state === undefined || state === 'healthy' ? '' : `${STATE_NAMES[state]}: `
