/** A page for each side: log in there, or paste a key; and what comes back from there. */

import { html } from 'hono/html'
import type { ConnectedAccount } from '../../auth/connect.ts'
import type { SetupView, SideView } from '../../auth/setup.ts'
import { capitalize } from '../../lib/format.ts'
import { toFault } from '../../ports/fault.ts'
import type { Action, Html, Page, PageContext } from '../types.ts'
import { keyOption, oauthOption } from './connect-options.ts'
import { BY_HOST, extrasIn, facts, going, permissions, setupOf, sideNamed } from './shared.ts'

export const connectPage: Page = {
  path: '/set-up/:name',
  title: ({ params }) => `Connect ${capitalize(params.name ?? '')}`,
  async render(context) {
    const view = await setupOf(context)?.view()
    const found = view && sideNamed(view, context.params.name)
    if (view === undefined || found === undefined) return context.notFound(view ? 'There is no such side.' : BY_HOST)
    const back = html`<p><a href="${context.link('/set-up')}">Back to set-up</a></p>`
    return html`${await connect(found, view, context)}${back}`
  },
}

/** What a person can do to let us in. */
export async function connect(found: SideView, view: SetupView, context: PageContext): Promise<Html> {
  const { side, method } = found
  if (method === 'environment')
    return html`<p>${side.label} is connected by the environment of this process, which wins over anything done here.</p>`
  return html`${method && html`<div class="card"><h2>Connected now</h2>${facts(found)}</div>`}
<div class="beside">
<section class="card" aria-labelledby="log-in"><h2 id="log-in">Log in to ${side.label}</h2>${await oauthOption(found, view, context)}</section>
<section class="card" aria-labelledby="paste"><h2 id="paste">Or paste a key</h2>${keyOption(side, context)}</section>
</div>
${permissions(found, true)}`
}

/** The other side sends the browser here. A GET, since it cannot do otherwise; the state in it proves that we began it. */
export const callbackPage: Page = {
  path: '/set-up/:name/callback',
  title: 'Connect',
  render: (context) =>
    tried(context, async (found) => {
      const setup = setupOf(context)
      return setup?.handleCallback(
        { ...going(context, found), query: context.url.searchParams },
        context.request.signal,
      )
    }),
}

export const pasteAction: Action = {
  path: '/set-up/:name/paste',
  run: (context) =>
    tried(context, async ({ side }) => {
      const { form, request } = context
      const [key, signing, region] = ['key', 'signing', 'region'].map((name) => form.get(name) ?? '')
      const pasted = { key: key ?? '', signing: signing ?? '', ...(region && { region }) }
      return setupOf(context)?.connectWithKey(side.side, pasted, request.signal)
    }),
}

export const extrasAction: Action = {
  path: '/set-up/:name/extras',
  async run(context) {
    const setup = setupOf(context)
    const found = setup && sideNamed(await setup.view(), context.params.name)
    if (found === undefined) return context.notFound(setup ? 'There is no such side.' : BY_HOST)
    await setup?.requestPermissions(extrasIn(context.form, found.side))
    return context.redirect(
      `/set-up/${found.side.name}`,
      `Kept. Now log in to ${found.side.label}, which asks you for it.`,
    )
  },
}

async function tried(
  context: PageContext,
  attempt: (found: SideView) => Promise<ConnectedAccount | undefined>,
): Promise<Response> {
  const setup = setupOf(context)
  const found = setup && sideNamed(await setup.view(), context.params.name)
  if (found === undefined) return context.notFound(setup ? 'There is no such side.' : BY_HOST)
  try {
    const note = (await attempt(found))?.note
    const also = note === undefined ? '' : ` ${capitalize(note)}.`
    return context.redirect('/set-up', `${found.side.label} is connected.${also}`)
  } catch (error) {
    const { message, code, kind } = toFault(error)
    context.parts.logger.warn(`${found.side.label} was not connected: ${message}`, { code })
    const words = kind === 'bug' ? 'That did not work, and it is our fault. The log says more.' : `${message}.`
    return context.redirect(`/set-up/${found.side.name}`, capitalize(words), 'bad')
  }
}
