/** Setup step by step: shows the step that is due, and after the last one the status of both accounts. */
import { html } from 'hono/html'
import type { SetupView } from '../../auth/setup/setup.ts'
import { withTimeout } from '../../lib/with-timeout.ts'
import { isBackgroundRefresh } from '../server/live-updates.ts'
import type { Action, Html, Page, PageContext } from '../types.ts'
import { checksTable, failuresText, runChecks } from './check.ts'
import { connectSection } from './connect.ts'
import { review, sharedData } from './review.ts'
import { accountFacts, CREDENTIALS_BY_HOST, REVIEW_PATH, selectedPermissions, setupOf, stepList } from './shared.ts'

/** Milliseconds that the page waits to learn which accounts the credentials belong to. */
const TIMEOUT = 5_000

export const setupPage: Page = {
  path: '/set-up',
  access: 'set-up',
  title: 'Setup',
  nav: 'Setup',
  async render(context) {
    const setup = setupOf(context)
    if (setup === undefined) return html`<p>${CREDENTIALS_BY_HOST}</p>`
    const view = await withTimeout(TIMEOUT, context.options, (signal) =>
      setup.view(isBackgroundRefresh(context.request) ? undefined : signal),
    )
    // The address of the first step, kept by a person who comes back later.
    if (context.url.searchParams.get('step') === 'review' && view.step !== 'review')
      return context.redirect(REVIEW_PATH)
    return html`${view.step !== 'done' && stepList(view, context)}${disconnectedNote(view)}${await currentStep(view, context)}`
  },
}

function currentStep(view: SetupView, context: PageContext): Html | Promise<Html> {
  if (view.step === 'review') return review(view, context)
  if (view.step === 'source') return connectSection(view.source, view, context)
  if (view.step === 'destination') return connectSection(view.destination, view, context)
  return view.step === 'confirm' ? confirmStep(view, context) : setupStatus(view, context)
}

function disconnectedNote({ state: { disconnectedAt }, step }: SetupView): Html | '' {
  if (disconnectedAt === undefined || step === 'done') return ''
  return html`<p class="note">Received records and their history are kept. You can connect the same accounts again.</p>`
}

async function confirmStep(view: SetupView, context: PageContext): Promise<Html> {
  const { csrfField, link, imports } = context
  const [{ results, failures }, data] = await Promise.all([runChecks(context), sharedData(view, context)])
  const buttonText = failures > 0 ? 'Start delivery anyway' : 'Start delivery'
  return html`<p class="lead">Are these the right accounts?</p>
${accountCards(view, context)}
${checksTable(results)}
<form method="post" action="${link('/set-up/finish')}" class="card">${csrfField}
${failures > 0 && html`<p class="message bad">${failuresText(failures)} Affected records would wait until this is resolved.</p>`}
<p>From now on, new conversations and tickets are sent as they happen. ${imports.waitsForAuth ? 'The interrupted import resumes.' : 'History is not sent until you start an import.'}</p>
<button>${buttonText}</button></form>
<h2>What is sent</h2>
${data}`
}

function accountCards(view: SetupView, { link }: PageContext): Html {
  return html`<div class="beside">${[view.source, view.destination].map(
    (account) => html`<section class="card" aria-label="${account.side.label}">${accountFacts(account)}
${account.problem && html`<p class="message bad" role="alert">${account.problem}.</p>`}
${account.method !== 'environment' && html`<p><a href="${link(`/set-up/${account.side.name}`)}">${account.problem ? 'Reconnect' : 'Change connection'}</a></p>`}</section>`,
  )}</div>`
}

/** What remains to be set up. */
type NextStep = 'webhooks' | 'import'

async function findNextStep({ options: { connector } }: PageContext): Promise<NextStep | undefined> {
  if (connector.webhookStats().lastVerified === undefined) return 'webhooks'
  return (await connector.listRuns()).length === 0 ? 'import' : undefined
}

async function setupStatus(view: SetupView, context: PageContext): Promise<Html> {
  const { link, options } = context
  const next = await findNextStep(context)
  const button = (step: NextStep) => (step === next ? 'button' : 'button plain')
  return html`${accountCards(view, context)}
<p><a href="${link('/set-up/check')}">Check permissions</a></p>
<div class="cards">
<section class="card"><h2>Webhooks</h2><p>Receive events as they happen.</p><a class="${button('webhooks')}" href="${link('/set-up/webhooks')}">Set up webhooks</a></section>
<section class="card"><h2>Historical sync</h2><p>Import past events without starting a flow.</p><a class="${button('import')}" href="${link('/history')}">Import history</a></section>
<section class="card"><h2>What is sent</h2><p>Read the review again: metrics, properties with samples, permissions.</p><a class="button plain" href="${link(REVIEW_PATH)}">Review what is sent</a></section>
${options.alerts && html`<section class="card"><h2>Alerts</h2><p>Get a message when delivery stops or events are lost.</p><a class="button plain" href="${link('/alerts')}">Set up alerts</a></section>`}
${options.visitor === undefined && html`<section class="card"><h2>People</h2><p>Invite others, each with a role and a password of their own.</p><a class="button plain" href="${link('/set-up/people')}">Manage people</a></section>`}
<section class="card"><h2>Disconnect</h2><p>Stop delivery and revoke access to both accounts.</p><a class="button plain" href="${link('/set-up/disconnect')}">Disconnect</a></section>
</div>`
}

export const approveAction: Action = {
  path: '/set-up/approve',
  access: 'set-up',
  async run(context) {
    const setup = setupOf(context)
    if (setup !== undefined) {
      const { step, destination } = await setup.view()
      await setup.consent(selectedPermissions(context.form, destination.side))
      // A repeated form changes nothing.
      if (step === 'review') context.note('The shared data and the permissions were approved')
    }
    return context.redirect('/set-up')
  },
}

export const finishAction: Action = {
  path: '/set-up/finish',
  access: 'set-up',
  async run(context) {
    const setup = setupOf(context)
    await setup?.finish()
    // A page left open may still show this button when another step is due.
    if ((await setup?.view())?.step !== 'done')
      return context.redirect('/set-up', 'Delivery was not started: complete this step first.', 'bad')
    return context.redirect('/set-up', 'Setup is complete and delivery has started. Next: webhooks.')
  },
}
