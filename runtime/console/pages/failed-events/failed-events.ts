/** Failed records grouped by fault: the error, its location in the mapping, how to act on it, and retry. */
import { html } from 'hono/html'
import { capitalize, formatCount, plural } from '../../../lib/format.ts'
import type { DeadLetterGroup, ReplaySelector } from '../../../ports/ledger.ts'
import { adviceOnFault } from '../../advice.ts'
import { faultCode } from '../../fault-link.ts'
import { timeElement } from '../../format-html.ts'
import { sourceExcerpt } from '../../source-excerpt.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { failedRecords } from './failed-records.ts'
import { RETRY_PATH, retryForm } from './retry-form.ts'

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

export const retryAction: Action = {
  path: RETRY_PATH,
  async run({ form, options, redirect }) {
    const selector = parseSelector(form)
    if (selector === undefined) return redirect(PATH, 'No record was selected, so nothing was retried.', 'bad')
    const queued = await options.connector.store.replay(selector)
    if (queued === 0) return redirect(PATH, 'Nothing to retry: these records are no longer failed.', 'bad')
    return redirect(PATH, `${plural(queued, 'record')} queued for retry. Records that fail again return to this list.`)
  },
}

function parseSelector(form: URLSearchParams): ReplaySelector | undefined {
  const [id, group] = [form.get('id'), form.get('group')]
  if (form.get('all') === 'yes') return 'all'
  if (group) return { group }
  return id ? [id] : undefined
}

async function allGroups(groups: readonly DeadLetterGroup[], context: PageContext): Promise<Html> {
  return html`<section id="groups" data-live aria-label="Failed events by error">
${groups.length === 0 ? NO_FAILURES : await retryAll(context)}
${groups.map((group) => groupCard(group, context))}
</section>`
}

const NO_FAILURES = html`<div class="card empty">No failed events. Every record was delivered, skipped for a reason, or is waiting.</div>`

async function retryAll(context: PageContext): Promise<Html> {
  const total = await context.options.connector.store.countDeadLetters()
  return html`<div class="row apart"><p class="lead">${plural(total, 'record')} could not be delivered. A record whose events a later one has delivered is not counted.</p>
${retryForm({ all: 'yes' }, { button: `Retry all ${formatCount(total)}`, confirm: confirmRetry(plural(total, 'record')) }, context)}</div>`
}

function groupCard(group: DeadLetterGroup, context: PageContext): Html {
  const path = context.link(`${PATH}?group=${encodeURIComponent(group.group)}`)
  return html`<article class="card" id="${encodeURIComponent(group.group)}"><div class="row apart"><h2>${groupTitle(group, context)}</h2><span class="badge bad">${plural(group.count, 'record')}</span></div>
${groupFacts(group, context)}
<div class="row"><a class="button plain" href="${path}">View records<span class="hidden">: ${group.metric} ${group.fault.code}</span></a>${retryGroup(group, context)}</div>
</article>`
}

async function oneGroup(group: DeadLetterGroup, context: PageContext): Promise<Html> {
  return html`${linkToAll(context)}
<section class="card" aria-label="Error"><h2>${groupTitle(group, context)}</h2>
${groupFacts(group, context)}${retryGroup(group, context)}</section>
${await failedRecords(group, context)}`
}

const emptyGroup = (context: PageContext): Html =>
  html`<p>No failed records are left in this group.</p>${linkToAll(context)}`

const linkToAll = ({ link }: PageContext): Html => html`<p><a href="${link(PATH)}">All failed events</a></p>`

const groupTitle = ({ metric, fault }: DeadLetterGroup, { options }: PageContext): Html =>
  html`${metric ?? 'Whole record'}: ${faultCode(fault.code, options)}`

function groupFacts({ fault, oldest, newest, count }: DeadLetterGroup, { options }: PageContext): Html {
  const { place } = fault
  return html`<dl class="facts">
<dt>Error</dt><dd>${capitalize(fault.message)}.</dd>
${place !== undefined && html`<dt>Location</dt><dd><code>${place}</code></dd>`}
<dt>What to do</dt><dd>${adviceOnFault(fault.kind, true, options)}</dd>
<dt>When</dt><dd>${timeElement(oldest)}${count > 1 && html` to ${timeElement(newest)}`}</dd>
</dl>
${place !== undefined && sourceExcerpt(place, options.connector.spec.sourceFiles)}`
}

function retryGroup({ group, count }: DeadLetterGroup, context: PageContext): Html | '' {
  const button = count === 1 ? 'Retry this record' : `Retry these ${formatCount(count)}`
  return retryForm({ group }, { button, confirm: confirmRetry(plural(count, 'record')) }, context)
}

const confirmRetry = (records: string): string =>
  `Retry ${records}?\nEvents already delivered are not sent twice. Records that fail again return to this list.`
