/** Set-up, step by step: the page shows the one that is due, and once all are done how both sides stand. */
import { html } from 'hono/html'
import type { SetupView } from '../../auth/setup.ts'
import { isBackgroundRefresh } from '../server/live-updates.ts'
import { withTimeout } from '../server/with-timeout.ts'
import type { Action, Html, Page, PageContext } from '../types.ts'
import { checks, missingText, runChecks } from './check.ts'
import { connect } from './connect.ts'
import { review } from './review.ts'
import { BY_HOST, extrasIn, facts, setupOf, stepRow } from './shared.ts'

/** Whose account a side is may have to be asked there, and the page comes without it after this. Milliseconds. */
const PATIENCE = 5_000

export const setUpPage: Page = {
  path: '/set-up',
  title: 'Set up',
  nav: 'Set up',
  async render(context) {
    const setup = setupOf(context)
    if (setup === undefined) return html`<p>${BY_HOST}</p>`
    const view = await withTimeout(PATIENCE, context.parts, (stop) =>
      setup.view(isBackgroundRefresh(context.request) ? undefined : stop),
    )
    return html`${view.step !== 'done' && stepRow(view)}${gone(view)}${await body(view, context)}`
  },
}

function body(view: SetupView, context: PageContext): Html | Promise<Html> {
  if (view.step === 'review') return review(view, context)
  if (view.step === 'source') return connect(view.source, view, context)
  if (view.step === 'destination') return connect(view.destination, view, context)
  return view.step === 'confirm' ? confirm(view, context) : done(view, context)
}

function gone({ state: { disconnectedAt }, step }: SetupView): Html | '' {
  if (disconnectedAt === undefined || step === 'done') return ''
  return html`<p class="note">Both sides were disconnected. What was received and what became of it is kept. You can connect the same accounts again.</p>`
}

async function confirm(view: SetupView, context: PageContext): Promise<Html> {
  const { csrfField, link, imports } = context
  const { results, missing } = await runChecks(context)
  const finish = missing > 0 ? 'Begin all the same' : 'Finish: begin delivery'
  return html`<p class="lead">Are these the right two?</p>
${both(view, context)}
${checks(results)}
<form method="post" action="${link('/set-up/finish')}" class="card">${csrfField}
${missing > 0 && html`<p class="message bad">${missingText(missing)} What depends on it would wait, not be lost.</p>`}
<p>From here on new conversations and tickets are sent as they happen. ${imports.waitsForAuth ? 'The import that was interrupted goes on.' : 'History is not sent until you ask for it.'}</p>
<button>${finish}</button></form>`
}

function both(view: SetupView, { link }: PageContext): Html {
  return html`<div class="beside">${[view.source, view.destination].map(
    (one) => html`<section class="card" aria-label="${one.side.label}">${facts(one)}
${one.problem && html`<p class="message bad" role="alert">${one.problem}.</p>`}
${one.method !== 'environment' && html`<p><a href="${link(`/set-up/${one.side.name}`)}">${one.problem ? 'Connect again' : 'Connect another way'}</a></p>`}</section>`,
  )}</div>`
}

function done(view: SetupView, context: PageContext): Html {
  const { link } = context
  const state =
    view.pausedReason === undefined
      ? html`<p class="message good">Delivery is on.</p>`
      : html`<p class="message bad">Delivery waits: ${view.pausedReason}. Nothing is lost.</p>`
  return html`<section id="delivery" data-live aria-label="Delivery">${state}</section>
${both(view, context)}
<p><a href="${link('/set-up/check')}">Try all permissions now</a></p>
<div class="cards">
<section class="card"><h2>Webhooks</h2><p>So that events arrive as they happen.</p><a class="button" href="${link('/set-up/webhooks')}">Subscribe and test</a></section>
<section class="card"><h2>History</h2><p>What happened before now, without starting a flow.</p><a class="button" href="${link('/import')}">Bring in history</a></section>
<section class="card"><h2>Let go</h2><p>Stop, and give back access on both sides.</p><a class="button plain" href="${link('/set-up/disconnect')}">Disconnect</a></section>
</div>`
}

export const allowAction: Action = {
  path: '/set-up/allow',
  async run(context) {
    const setup = setupOf(context)
    if (setup !== undefined) await setup.consent(extrasIn(context.form, (await setup.view()).destination.side))
    return context.redirect('/set-up')
  },
}

export const finishAction: Action = {
  path: '/set-up/finish',
  async run(context) {
    const setup = setupOf(context)
    await setup?.finish()
    // A page that was left open since may offer it when it is not its turn.
    if ((await setup?.view())?.step !== 'done') return context.redirect('/set-up', 'Not yet: this comes first.', 'bad')
    return context.redirect('/set-up', 'Set-up is finished. Delivery has begun. Next: webhooks.')
  },
}
