/** Connects an account: the page with both ways, the OAuth callback, and the forms for a key and for an OAuth app. */
import { html } from 'hono/html'
import { checkClient, checkPasted, clientFieldsOf, type FieldErrors } from '../../auth/setup/check-fields.ts'
import type { ConnectedAccount } from '../../auth/setup/connect.ts'
import type { Setup, SetupView, SideView } from '../../auth/setup/setup.ts'
import { capitalize } from '../../lib/format.ts'
import { type Fault, toFault } from '../../ports/fault.ts'
import type { Action, Html, Page, PageContext } from '../types.ts'
import { connectOptions } from './connect-options.ts'
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
<div class="beside connect"><div>${await connectOptions(view, setup, context)}</div>
${permissionsTable(view, true)}</div>`
}

/** The OAuth redirect URL. A GET, as OAuth requires; its state proves that this browser started it. */
export const callbackPage: Page = {
  path: '/set-up/:name/callback',
  access: 'set-up',
  title: 'Connect',
  render: (context) =>
    connect(context, async (setup, view, { state }) =>
      setup.handleCallback(
        { ...toAuthorizationAttempt(context, view, state), query: context.url.searchParams },
        context.request.signal,
      ),
    ),
}

export const pasteAction: Action = {
  path: '/set-up/:name/paste',
  access: 'set-up',
  async run(context) {
    const { form, request } = context
    const pasted = { key: form.get('key') ?? '', signing: form.get('signing') ?? '' }
    const check = ({ side }: SideView) => checkPasted(side, pasted)
    const attempt = (setup: Setup, { side }: SideView) => setup.connectWithKey(side.side, pasted, request.signal)
    return connect(context, attempt, check)
  },
}

export const clientAction: Action = {
  path: '/set-up/:name/client',
  access: 'set-up',
  async run(context) {
    const { form, params, redirect } = context
    const setup = setupOf(context)
    const view = setup && findSide(await setup.view(), params.name)
    if (setup === undefined || view?.side.oauth === undefined) return unknownConnection(context)
    const { side } = view
    const entered = { clientId: form.get('clientId') ?? '', clientSecret: form.get('clientSecret') ?? '' }
    const errors = checkClient(clientFieldsOf(side), entered)
    const values = { clientId: errors.clientId === undefined ? entered.clientId.slice(0, 200) : '' }
    if (Object.keys(errors).length > 0)
      return redirect(`/set-up/${side.name}`, 'The OAuth app was not saved: see below.', 'bad', { errors, values })
    await setup.saveClient(side.side, entered)
    return redirect(`/set-up/${side.name}`, `The OAuth app of ${side.label} is saved. Continue to ${side.label}.`)
  },
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
  attempt: (setup: Setup, view: SideView, all: SetupView) => Promise<ConnectedAccount>,
  check: (view: SideView) => FieldErrors = () => ({}),
): Promise<Response> {
  const setup = setupOf(context)
  const all = await setup?.view()
  const view = all && findSide(all, context.params.name)
  if (setup === undefined || all === undefined || view === undefined) return unknownConnection(context)
  const { side } = view
  const refuse = (text: string, errors: FieldErrors = {}) =>
    context.redirect(`/set-up/${side.name}`, text, 'bad', { errors, values: {} })
  const errors = check(view)
  if (Object.keys(errors).length > 0) return refuse(`${side.label} was not connected: see below.`, errors)
  try {
    const note = (await attempt(setup, view, all))?.note
    const details = note === undefined ? '' : ` ${capitalize(note)}.`
    return context.redirect('/set-up', `${side.label} is connected.${details}`)
  } catch (error) {
    const fault = toFault(error)
    const { message, code, kind } = fault
    context.options.logger.warn(`${side.label} was not connected: ${message}`, { code })
    if (kind === 'bug') return refuse(`${side.label} was not connected: an unexpected error, see the log.`)
    return isAboutKey(fault, context)
      ? refuse(`${side.label} was not connected: see below.`, { key: capitalize(message) })
      : refuse(`${capitalize(message.replace(RETRIED, '; try again'))}.`)
  }
}

/** Records are retried; a form that was sent is not. The class of the error is in the log. */
const RETRIED = /(?: \([^()]*\))?; will retry$/

/** The side refused the key that was pasted. */
const isAboutKey = ({ details: { status } }: Fault, { form }: PageContext) =>
  form.has('key') && (status === 401 || status === 403)

const unknownConnection = (context: PageContext): Promise<Response> =>
  context.notFound(setupOf(context) ? 'There is no such connection.' : CREDENTIALS_BY_HOST)
