/** Dead letters by what was wrong: who must act, the place in the mapping, and once more for one, a group or all. */
import { html } from 'hono/html'
import { formatCount, plural } from '../../../lib/format.ts'
import { whoActs } from '../../../ports/fault.ts'
import type { DeadLetterGroup, ReplaySelector } from '../../../ports/ledger.ts'
import { timeElement } from '../../format-html.ts'
import { sourceExcerpt } from '../../source-excerpt.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { lettersOf } from './group.ts'
import { replayForm } from './replay-form.ts'

export const deadLetters: Page = {
  path: '/dead-letters',
  title: 'Dead letters',
  nav: 'Dead letters',
  async render(context) {
    const groups = await context.parts.connector.store.groupDeadLetters()
    const name = context.url.searchParams.get('group')
    const group = groups.find((one) => one.group === name)
    if (group !== undefined) return oneGroup(group, context)
    if (name !== null)
      return html`<p>Nothing of this kind is left.</p><p><a href="${context.link('/dead-letters')}">All dead letters</a></p>`
    return allGroups(groups, context)
  },
}

export const replay: Action = {
  path: '/dead-letters/replay',
  async run({ form, parts, redirect }) {
    const which = asked(form)
    if (which === undefined) return redirect('/dead-letters', 'Nothing was chosen, so nothing was sent again.', 'bad')
    const queued = await parts.connector.store.replay(which)
    if (queued === 0) return redirect('/dead-letters', 'None of them is a dead letter any more.', 'bad')
    return redirect('/dead-letters', `${plural(queued, 'record')} queued again. What fails again comes back here.`)
  },
}

function asked(form: URLSearchParams): ReplaySelector | undefined {
  const [id, group] = [form.get('id'), form.get('group')]
  if (form.get('all') === 'yes') return 'all'
  if (group) return { group }
  return id ? [id] : undefined
}

async function allGroups(groups: readonly DeadLetterGroup[], context: PageContext): Promise<Html> {
  return html`<section id="groups" data-live aria-label="By what was wrong">
${groups.length === 0 ? NONE : await replayAll(context)}
${groups.map((group) => groupCard(group, context))}
</section>`
}

const NONE = html`<div class="card empty">No dead letters: everything was sent, left out for a reason, or waits.</div>`

async function replayAll(context: PageContext): Promise<Html> {
  const total = await context.parts.connector.store.countDeadLetters()
  const words = `Send ${plural(total, 'record')} again?\nNothing that was delivered is sent twice. What is still wrong comes back here.`
  return html`<div class="row apart"><p class="lead">${plural(total, 'record')} could not be delivered. What another record has delivered since is not counted.</p>
${replayForm({ all: 'yes' }, `Send all ${formatCount(total)} again`, words, context)}</div>`
}

function groupCard(group: DeadLetterGroup, context: PageContext): Html {
  const { fault, metric } = group
  const path = context.link(`/dead-letters?group=${encodeURIComponent(group.group)}`)
  return html`<article class="card" id="${encodeURIComponent(group.group)}"><div class="row apart"><h2>${metric === undefined ? 'The record as a whole' : metric}: <code>${fault.code}</code></h2><span class="badge bad">${plural(group.count, 'record')}</span></div>
${groupFacts(group, context)}
<div class="row"><a class="button plain" href="${path}">See them<span class="hidden">: ${metric} ${fault.code}</span></a>${replayGroup(group, context)}</div>
</article>`
}

function groupFacts({ fault, oldest, newest, count: many }: DeadLetterGroup, { parts }: PageContext): Html {
  return html`<dl class="facts">
<dt>What failed</dt><dd>${fault.message}</dd>
${fault.place !== undefined && html`<dt>Where</dt><dd><code>${fault.place}</code></dd>`}
<dt>Who acts</dt><dd>${whoActs(fault, true)}</dd>
<dt>When</dt><dd>${timeElement(oldest)}${many > 1 && html` to ${timeElement(newest)}`}</dd>
</dl>
${fault.place !== undefined && sourceExcerpt(fault.place, parts.connector.spec.sourceFiles)}`
}

async function oneGroup(group: DeadLetterGroup, context: PageContext): Promise<Html> {
  const { fault, metric } = group
  return html`<p><a href="${context.link('/dead-letters')}">All dead letters</a></p>
<section class="card" aria-label="What was wrong"><h2>${metric === undefined ? 'The record as a whole' : metric}: <code>${fault.code}</code></h2>
${groupFacts(group, context)}${replayGroup(group, context)}</section>
${await lettersOf(group, context)}`
}

function replayGroup({ group, count: many }: DeadLetterGroup, context: PageContext): Html {
  const words = `Send ${plural(many, 'record')} of this kind again?\nNothing that was delivered is sent twice. What is still wrong comes back here.`
  return replayForm({ group }, `Send ${many === 1 ? 'it' : `these ${formatCount(many)}`} again`, words, context)
}
