/** The state of the connector at the top of every page: what is wrong, what becomes of events, and what to do. */
import { html } from 'hono/html'
import { EFFECT_NAMES, ENDS_BY_ITSELF } from '../health/problem-texts.ts'
import type { Health, HealthState, Problem } from '../health/types.ts'
import { plural } from '../lib/format.ts'
import { timeElement } from './format-html.ts'
import type { Html, PageContext } from './types.ts'

const STATE_NAMES: Readonly<Record<HealthState, string>> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  stopped: 'Stopped',
}

const TONES: Readonly<Record<HealthState, string>> = { healthy: 'good', degraded: 'warn', stopped: 'bad' }

export function healthStrip({ state, since, problems }: Health, context: PageContext): Html {
  const [worst, ...others] = problems
  const badge = html`<span class="badge ${TONES[state]}">${STATE_NAMES[state]}</span>`
  const text =
    worst === undefined ? html`<span>Events are delivered as they happen.</span>` : html`<span>${worst.title}.</span>`
  return html`<section id="health" class="health ${TONES[state]}" data-live aria-label="Status">
<p>${badge} ${text} <span class="soft">Since ${timeElement(since)}.</span> <a class="more" href="${context.link('/timeline')}">Timeline</a></p>
${worst && html`<p>${consequence(worst)} ${action(worst, context)}</p>${worst.detail && html`<pre>${worst.detail}</pre>`}`}
${others.length > 0 && html`<details id="more-problems"><summary>${plural(others.length, 'more problem')}</summary><ul class="plain">${others.map((problem) => html`<li>${problem.title}, since ${timeElement(problem.since)}. ${consequence(problem)} ${action(problem, context)}${problem.detail && html`<pre>${problem.detail}</pre>`}</li>`)}</ul></details>`}
</section>`
}

const ASK_OWNER = 'Ask an owner of this console.'

const consequence = ({ effect, consequence: text }: Problem): Html =>
  html`<strong>${EFFECT_NAMES[effect]}:</strong> ${text}.`

function action({ action: what }: Problem, { link, mayOpen }: PageContext): Html | string {
  if (what === undefined) return ENDS_BY_ITSELF
  if (what.path !== undefined && !mayOpen(what.path)) return ASK_OWNER
  return what.path === undefined ? html`${what.text}.` : html`<a href="${link(what.path)}">${what.text}</a>`
}

/** For the title of a page, so that a tab in the background shows it. */
export const titlePrefix = (state: HealthState | undefined): string =>
  state === undefined || state === 'healthy' ? '' : `${STATE_NAMES[state]}: `
