/** Letting go of both sides: what will be done and what is kept, said before; what came of it, said after. */
import { html } from 'hono/html'
import type { Action, Html, Page } from '../types.ts'
import { BY_HOST, setupOf } from './shared.ts'

export const disconnectPage: Page = {
  path: '/set-up/disconnect',
  title: 'Disconnect',
  async render(context) {
    const setup = setupOf(context)
    if (setup === undefined) return html`<p>${BY_HOST}</p>`
    const { source, destination } = await setup.view()
    const given = [source, destination].filter(({ method }) => method === 'environment')
    return html`<div class="card">
<h2>What this does</h2>
<ul>
<li>Delivery stops, and webhooks are no longer taken.</li>
<li>Access that was given by a log-in is given back on both sides; log-ins and keys are forgotten here.</li>
${given.map(({ side }) => html`<li>The credentials of ${side.label} are in the environment of this process: take them out there.</li>`)}
<li>Nothing is deleted in ${source.side.label} or ${destination.side.label}.</li>
</ul>
<h2>What is kept</h2>
${KEPT}
<form method="post" action="${context.link('/set-up/disconnect')}" class="row">${context.csrfField}
<button class="danger">Disconnect both sides</button>
<a class="button plain" href="${context.link('/set-up')}">Leave it as it is</a></form>
</div>`
  },
}

const KEPT: Html = html`<p>What was received, what became of it, and the keys of events that were sent: so that nothing is counted twice if the same two accounts are connected again. What waits would then be sent. To remove it all, stop this process and delete the store: the file that <code>CONNECTOR_STORE</code> names, with the files beside it whose names begin the same.</p>`

export const disconnectAction: Action = {
  path: '/set-up/disconnect',
  async run(context) {
    // Who connects again decides anew: what is said there is that history is not sent before it is asked for.
    if ((await context.imports.otherProcess()) === undefined) await context.imports.pause()
    const said = (await setupOf(context)?.disconnect(context.request.signal)) ?? []
    const words = said.map(({ side, detail }) => `${side}: ${detail}.`).join(' ')
    const tone = said.every(({ complete }) => complete) ? 'good' : 'bad'
    return context.redirect('/set-up', `Delivery has stopped. ${words}`, tone)
  },
}
