/** Connects an account: the page with both ways, the OAuth callback, and the form for a key. */
import { html } from 'hono/html'
import type { ConnectedAccount } from '../../auth/setup/connect.ts'
import type { SetupView, SideView } from '../../auth/setup/setup.ts'
import { capitalize } from '../../lib/format.ts'
import { toFault } from '../../ports/fault.ts'
import type { Action, Html, Page, PageContext } from '../types.ts'
import { keyOption, oauthOption } from './connect-options.ts'
import {
  accountFacts,
  CREDENTIALS_BY_HOST,
  findSide,
  permissionsTable,
  selectedPermissions,
  setupOf,
  toAuthorizationAttempt,
} from './shared.ts'

export const connectPage: Page = {
  path: '/set-up/:name',
  access: 'set-up',
  title: ({ params }) => `Connect ${capitalize(params.name ?? '')}`,
  async render(context) {
    const view = await setupOf(context)?.view()
    const side = view && findSide(view, context.params.name)
    if (view === undefined || side === undefined) return unknownConnection(context)
    const back = html`<p><a href="${context.link('/set-up')}">Back to setup</a></p>`
    return html`${await connectSection(side, view, context)}${back}`
  },
}

export async function connectSection(view: SideView, setup: SetupView, context: PageContext): Promise<Html> {
  const { side, method } = view
  if (method === 'environment')
    return html`<p>${side.label} is connected by the environment variables of this process, which take precedence over this page.</p>`
  return html`${method && html`<div class="card"><h2>Current connection</h2>${accountFacts(view)}</div>`}
<div class="beside">
<section class="card" aria-labelledby="oauth"><h2 id="oauth">Connect with OAuth</h2>${await oauthOption(view, setup, context)}</section>
<section class="card" aria-labelledby="paste"><h2 id="paste">Or connect with a key</h2>${keyOption(side, context)}</section>
</div>
${permissionsTable(view, true)}`
}

/** The OAuth redirect URL. A GET, as OAuth requires; its state proves that this browser started it. */
export const callbackPage: Page = {
  path: '/set-up/:name/callback',
  access: 'set-up',
  title: 'Connect',
  render: (context) =>
    connect(context, async (view) => {
      const setup = setupOf(context)
      return setup?.handleCallback(
        { ...toAuthorizationAttempt(context, view), query: context.url.searchParams },
        context.request.signal,
      )
    }),
}

export const pasteAction: Action = {
  path: '/set-up/:name/paste',
  access: 'set-up',
  run: (context) =>
    connect(context, async ({ side }) => {
      const { form, request } = context
      const region = form.get('region')
      const pasted = { key: form.get('key') ?? '', signing: form.get('signing') ?? '', ...(region && { region }) }
      return setupOf(context)?.connectWithKey(side.side, pasted, request.signal)
    }),
}

export const permissionsAction: Action = {
  path: '/set-up/:name/extras',
  access: 'set-up',
  async run(context) {
    const setup = setupOf(context)
    const view = setup && findSide(await setup.view(), context.params.name)
    if (view === undefined) return unknownConnection(context)
    const { side } = view
    await setup?.requestPermissions(selectedPermissions(context.form, side))
    return context.redirect(`/set-up/${side.name}`, `Saved. Continue to ${side.label} to grant the selection.`)
  },
}

async function connect(
  context: PageContext,
  attempt: (view: SideView) => Promise<ConnectedAccount | undefined>,
): Promise<Response> {
  const setup = setupOf(context)
  const view = setup && findSide(await setup.view(), context.params.name)
  if (view === undefined) return unknownConnection(context)
  const { side } = view
  try {
    const note = (await attempt(view))?.note
    const details = note === undefined ? '' : ` ${capitalize(note)}.`
    return context.redirect('/set-up', `${side.label} is connected.${details}`)
  } catch (error) {
    const { message, code, kind } = toFault(error)
    context.options.logger.warn(`${side.label} was not connected: ${message}`, { code })
    const text = kind === 'bug' ? `${side.label} was not connected: an unexpected error, see the log` : message
    return context.redirect(`/set-up/${side.name}`, `${capitalize(text)}.`, 'bad')
  }
}

const unknownConnection = (context: PageContext): Promise<Response> =>
  context.notFound(setupOf(context) ? 'There is no such connection.' : CREDENTIALS_BY_HOST)
