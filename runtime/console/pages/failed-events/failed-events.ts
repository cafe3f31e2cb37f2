/** Failed records grouped by fault: the error, its place in the mapping, whether it is gone, and what a retry would do. */
import { html } from 'hono/html'
import { sum } from '../../../backfill/counts.ts'
import { capitalize, formatCount, plural } from '../../../lib/format.ts'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import { adviceOnFault } from '../../advice.ts'
import { countLink } from '../../count-link.ts'
import { faultPlace, faultPlaceFacts, faultValues } from '../../fault-fields.ts'
import { faultCode } from '../../fault-link.ts'
import { timeElement } from '../../format-html.ts'
import { firstEventStep, setupStep } from '../../next-step.ts'
import { sourceExcerpt } from '../../source-excerpt.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { isRevealed, revealForm } from '../event/reveal.ts'
import { type Cause, checkCause } from './cause.ts'
import { failedRecords } from './failed-records.ts'
import { flowsOfGroup } from './flows.ts'
import { dismissGroupForm, retryForm, retrySinceForm } from './resend-forms.ts'

const PATH = '/failed-events'

export const failedEventsPage: Page = {
  path: PATH,
  title: 'Failed events',
  nav: 'Failed events',
  async render(context) {
    const groups = await context.options.connector.store.groupDeadLetters()
    const name = context.url.searchParams.get('group')
    if (name === null) return allGroups(groups, context)
    const group = groups.find((candidate) => candidate.group === name)
    return group === undefined ? emptyGroup(context) : oneGroup(group, context)
  },
}

async function allGroups(groups: readonly DeadLetterGroup[], context: PageContext): Promise<Html> {
  const checked = await Promise.all(groups.slice(0, MAX_CHECKED).map((group) => checkGroup(group, context)))
  const rest = groups.slice(MAX_CHECKED)
  const gone = checked.filter(({ cause }) => cause.state === 'gone')
  const isAllGone = rest.length === 0 && gone.length === checked.length
  // Of several groups without their cause none comes first.
  const primary = gone.length === 1 ? gone[0]?.group : undefined
  return html`<section id="groups" data-live aria-label="Failed events by error">
${groups.length === 0 ? await noFailures(context) : await retryAll(isAllGone && groups.length > 1, context)}
${checked.map((one) => groupCard({ ...one, isPrimary: one.group === primary }, context))}
${rest.map((group) => groupCard({ group }, context))}
</section>`
}

/** Groups whose newest record is mapped again for the list. Each takes a few milliseconds. */
const MAX_CHECKED = 20

interface CheckedGroup {
  readonly group: DeadLetterGroup
  readonly cause?: Cause
  /** The newest record. */
  readonly example?: LedgerEntry | undefined
  /** Whether retrying it is the action to take. */
  readonly isPrimary?: boolean
}

async function checkGroup(
  group: DeadLetterGroup,
  context: PageContext,
): Promise<CheckedGroup & Required<Pick<CheckedGroup, 'cause'>>> {
  const found = await context.options.connector.store.trace(group.example)
  const example = found.find(({ id }) => id === group.example)
  return { group, example, cause: await checkCause(group, example, context) }
}

async function noFailures(context: PageContext): Promise<Html> {
  const { store, gate } = context.options.connector
  const [live, backfill, tallies] = await Promise.all([
    store.backlog('live'),
    store.backlog('backfill'),
    store.tallies(),
  ])
  if (live.records + backfill.records + tallies.length === 0)
    return html`<div class="card empty"><p>No failed events: no record was received yet.</p><p>${await firstEventStep(context)}</p></div>`
  const paused = gate.pausedReason()
  return paused === undefined
    ? html`<div class="card empty">No failed events. Every record was delivered, left out for a reason, or is waiting.</div>`
    : html`<div class="card empty"><p>No failed events. Delivery is stopped (${paused}): records that wait are tried once it runs again.</p><p>${await setupStep(context)}</p></div>`
}

async function retryAll(isPrimary: boolean, context: PageContext): Promise<Html> {
  const { store } = context.options.connector
  const [total, tallies] = await Promise.all([store.countDeadLetters(), store.tallies()])
  const events = sum(tallies.map(({ status, count }) => (status === 'dead' ? count : 0)))
  const texts = { button: `Retry all ${formatCount(total)}`, confirm: confirmRetry(plural(total, 'record')), isPrimary }
  return html`<div class="row apart"><p class="lead">${plural(total, 'record')} could not be delivered. A record whose events a later one has delivered is not counted. Failed events in all: ${countLink(events, { outcome: 'dead' }, context)}.</p>
${retryForm({ all: 'yes' }, texts, context)}</div>`
}

function groupCard(checked: CheckedGroup, context: PageContext): Html {
  const { group } = checked
  const path = context.link(`${PATH}?group=${encodeURIComponent(group.group)}`)
  return html`<article class="card" id="${encodeURIComponent(group.group)}"><div class="row apart"><h2>${groupTitle(group, context)}</h2><a class="badge bad" href="${path}">${plural(group.count, 'record')}</a></div>
${groupFacts(checked, context)}
<div class="row"><a class="button plain" href="${path}">View records<span class="hidden">: ${group.metric} ${group.fault.code}</span></a>${retryGroup(checked, context)}</div>
</article>`
}

async function oneGroup(group: DeadLetterGroup, context: PageContext): Promise<Html> {
  const checked = await checkGroup(group, context)
  const records = plural(group.count, 'record')
  return html`${linkToAll(context)}
<section class="card" aria-label="Error"><h2>${groupTitle(group, context)}</h2>
${groupFacts(checked, context)}<div class="row">${retryGroup({ ...checked, isPrimary: checked.cause.state === 'gone' }, context)}</div>
${await newestValues(checked, context)}${retrySinceForm(group.group, context)}${dismissGroupForm(group.group, records, context)}</section>
${await failedRecords(group, context)}`
}

/** The values that the error is about, in the newest record: masked until a form asks for them. */
async function newestValues({ group, example }: CheckedGroup, context: PageContext): Promise<Html | ''> {
  const event = example?.outcome?.events.find(
    ({ metric, fault }) => metric === group.metric && fault?.code === group.fault.code,
  )
  if (example === undefined || event?.fault === undefined) return ''
  const { fault } = event
  const inFull = isRevealed(example.seq, context)
  const values = await faultValues({ fault, entry: example, event, inFull }, context)
  if (values === '') return ''
  const path = `${PATH}?group=${encodeURIComponent(group.group)}`
  return html`<h3>In the newest record</h3>${values}${revealForm(example.seq, path, context)}`
}

const emptyGroup = (context: PageContext): Html =>
  html`<p>No failed records are left in this group.</p>${linkToAll(context)}`

const linkToAll = ({ link }: PageContext): Html => html`<p><a href="${link(PATH)}">All failed events</a></p>`

const groupTitle = ({ metric, fault }: DeadLetterGroup, { options }: PageContext): Html =>
  html`${metric ?? 'Whole record'}: ${faultCode(fault.code, options)}`

function groupFacts({ group, cause, example }: CheckedGroup, context: PageContext): Html {
  const { options } = context
  const { fault, oldest, newest } = group
  const { requestId, detail } = fault
  const placed = { ...fault, mappedBy: example?.outcome?.spec }
  const place = faultPlace(placed, group.metric, context)
  return html`${detail !== undefined && html`<blockquote dir="auto">${detail}</blockquote>`}<dl class="facts">
<dt>Error</dt><dd>${capitalize(fault.message)}.${requestId !== undefined && html` <span class="soft">Request <code>${requestId}</code></span>`}</dd>
${faultPlaceFacts(placed, group.metric, context)}
<dt>What to do</dt><dd>${adviceOnFault(fault.kind, true, options)}</dd>
${cause !== undefined && html`<dt>Now</dt><dd>${causeBadge(cause)} ${cause.text}</dd>`}
<dt>If retried</dt><dd>${flowsOfGroup(group, options)}</dd>
<dt>When</dt><dd>${timeElement(oldest)}${isLater(newest, oldest) && html` to ${timeElement(newest)}`}</dd>
</dl>
${place !== undefined && html`<details id="mapping-${encodeURIComponent(group.group)}"><summary>Mapping</summary>${sourceExcerpt(place, options.connector.spec.sourceFiles)}</details>`}`
}

/** By the seconds that are shown. */
const isLater = (a: number, b: number): boolean => Math.floor(a / 1000) > Math.floor(b / 1000)

const causeBadge = ({ state }: Cause): Html | false =>
  state === 'gone'
    ? html`<span class="badge good">Cause gone</span>`
    : state === 'stands' && html`<span class="badge warn">Not fixed yet</span>`

function retryGroup(
  { group: { group, count }, cause, isPrimary = false }: CheckedGroup,
  context: PageContext,
): Html | '' {
  const these = count === 1 ? 'this record' : `these ${formatCount(count)}`
  const button = cause?.state === 'stands' ? `Retry ${these} anyway` : `Retry ${these}`
  return retryForm({ group }, { button, confirm: confirmRetry(plural(count, 'record')), isPrimary }, context)
}

const confirmRetry = (records: string): string =>
  `Retry ${records}?\nEvents already delivered are not sent twice. Records that fail again return to this list.`
