/** Disconnects both accounts: the page announces the effects and the data kept, the result reports each account. */
import { html } from 'hono/html'
import type { Action, Html, Page } from '../types.ts'
import { CREDENTIALS_BY_HOST, setupOf } from './shared.ts'

export const disconnectPage: Page = {
  path: '/set-up/disconnect',
  access: 'set-up',
  title: 'Disconnect',
  async render(context) {
    const setup = setupOf(context)
    if (setup === undefined) return html`<p>${CREDENTIALS_BY_HOST}</p>`
    const { source, destination } = await setup.view()
    const fromEnvironment = [source, destination].filter(({ method }) => method === 'environment')
    return html`<div class="card">
<h2>What happens</h2>
<ul>
<li>Delivery stops, and webhooks are no longer accepted.</li>
<li>OAuth access is revoked in both accounts. Tokens, keys, OAuth apps and webhook secrets entered here are deleted.</li>
${fromEnvironment.map(({ side }) => html`<li>The credentials of ${side.label} are in the environment of this process: remove them there.</li>`)}
<li>Nothing is deleted in ${source.side.label} or ${destination.side.label}.</li>
</ul>
<h2>What is kept</h2>
${RETAINED_DATA}
<form method="post" action="${context.link('/set-up/disconnect')}" class="row">${context.csrfField}
<button class="danger">Disconnect both accounts</button>
<a class="button plain" href="${context.link('/set-up')}">Cancel</a></form>
</div>`
  },
}

const RETAINED_DATA: Html = html`<p>Received records, their history, and the keys of delivered events are kept, so that no event is counted twice if the same two accounts are connected again. Waiting records would then be delivered. To remove everything, stop this process and delete the store: the file named by <code>CONNECTOR_STORE</code>, and the files next to it that begin with the same name.</p>`

export const disconnectAction: Action = {
  path: '/set-up/disconnect',
  access: 'set-up',
  async run(context) {
    // Connecting again promises that no history is sent until requested, so the import must not resume then.
    if ((await context.imports.otherProcess()) === undefined) await context.imports.pause()
    const setup = setupOf(context)
    const results = (await setup?.disconnect(context.request.signal)) ?? []
    const details = results.map(({ side, detail }) => `${side}: ${detail}.`).join(' ')
    const incomplete = results.filter(({ complete }) => !complete).map(({ side }) => side)
    const rest = incomplete.length > 0 ? `, not completely: ${incomplete.join(' and ')}` : ''
    if (setup !== undefined) context.note(`Both accounts were disconnected${rest}`)
    return context.redirect('/set-up', `Delivery has stopped. ${details}`, rest === '' ? 'good' : 'bad')
  },
}
