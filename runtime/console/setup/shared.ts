/** Shared by the setup pages: addresses, the list of steps, permissions and account details. */

import { html } from 'hono/html'
import type { Setup, SetupView, SideView } from '../../auth/setup/setup.ts'
import type { SetupState } from '../../auth/setup/setup-state.ts'
import type { Side } from '../../auth/side.ts'
import type { AuthMethod } from '../../ports/auth.ts'
import type { Html, PageContext } from '../types.ts'

/** Undefined when the host holds the credentials itself. */
export const setupOf = ({ options }: PageContext): Setup | undefined => options.connections?.setup

/** What is sent, once the step of that name is done. */
export const REVIEW_PATH = '/set-up/review'

export const CREDENTIALS_BY_HOST =
  'The program that runs this connector manages the credentials of both accounts. They cannot be changed here.'

/** The public address of this console, without a trailing slash: of the environment, entered in setup, or that of the request. */
export function consoleOrigin(
  { options, url }: PageContext,
  { publicUrl }: Pick<SetupState, 'publicUrl'> = {},
): string {
  return (options.publicUrl ?? publicUrl ?? url.origin).replace(/\/+$/, '')
}

/** The OAuth redirect URL. Must equal the one registered at the side exactly. */
export const redirectUrl = (context: PageContext, { name }: Side, state: SetupState): string =>
  `${consoleOrigin(context, state)}${context.link(`/set-up/${name}/callback`)}`

/** The browser uses another host than the redirect URL, so its session would be missing after OAuth. */
export function isOtherHost(context: PageContext, state: SetupState): boolean {
  return new URL(consoleOrigin(context, state)).host !== context.url.host
}

export const toAuthorizationAttempt = (context: PageContext, { side }: SideView, state: SetupState) => ({
  side: side.side,
  session: context.session,
  redirectUri: redirectUrl(context, side, state),
})

/** The connection named in the page's path. */
export const findSide = (view: SetupView, name: string | undefined): SideView | undefined =>
  [view.source, view.destination].find(({ side }) => side.name === name)

export function stepList({ step, source, destination }: SetupView, { link }: PageContext): Html {
  const order = ['review', 'source', 'destination', 'confirm', 'done']
  const review = step === 'review' ? 'Review' : html`<a href="${link(REVIEW_PATH)}">Review</a>`
  const names = [review, source.side.label, destination.side.label, 'Confirm', 'Delivery']
  const current = order.indexOf(step)
  const item = (name: string | Html, index: number) => {
    const mark = index === current ? html` aria-current="step"` : ''
    return html`<li${mark}>${name}${index < current && html` <span class="hidden">(done)</span>`}</li>`
  }
  return html`<ol class="steps" aria-label="Setup steps">${names.map(item)}</ol>`
}

/** Optional permissions. Most vendors grant them only while connecting. */
export function optionalPermissionsFieldset(
  { optionalPermissions, label }: Side,
  selected: readonly string[] = [],
): Html | '' {
  if (Object.keys(optionalPermissions).length === 0) return ''
  const checkbox = ([name, purpose]: [string, string]) =>
    html`<label class="check"><input type="checkbox" name="extra" value="${name}"${selected.includes(name) && html` checked`}> <span>${purpose} <span class="soft">${name}</span></span></label>`
  return html`<fieldset><legend>Optional permissions in ${label}</legend>${Object.entries(optionalPermissions).map(checkbox)}</fieldset>`
}

/** The optional permissions that the form selects. */
export const selectedPermissions = (form: URLSearchParams, { optionalPermissions }: Side): string[] =>
  form.getAll('extra').filter((name) => Object.hasOwn(optionalPermissions, name))

/** `withOptional`: for a person who chooses the scopes of a key. */
export function permissionsTable({ side }: SideView, withOptional = false): Html {
  const row = ([name, purpose]: [string, string], note: Html | '' = '') =>
    html`<tr><th scope="row">${name}</th><td>${purpose}${note}</td></tr>`
  const optional = withOptional ? Object.entries(side.optionalPermissions) : []
  return html`<div class="table"><table class="tight">
<caption>Permissions <span class="soft">of ${side.label}</span></caption>
<thead class="hidden"><tr><th scope="col">Permission</th><th scope="col">Purpose</th></tr></thead>
<tbody>${Object.entries(side.permissions).map((entry) => row(entry))}${optional.map((entry) => row(entry, html` <span class="badge">Optional</span>`))}</tbody>
</table></div>`
}

/** Name, id and region of the connected account, as far as known. */
export function accountFacts({ side, account, method, accountError }: SideView): Html {
  const methods: Readonly<Record<AuthMethod, string>> = {
    environment: 'Credentials from the environment',
    host: 'Credentials of the program that runs this connector',
    oauth: 'OAuth',
    key: `${side.pasteFields[0]?.label ?? 'Key'} entered here`,
  }
  const row = (name: string, value: string | Html | undefined) =>
    value === undefined ? '' : html`<dt>${name}</dt><dd>${value}</dd>`
  return html`<dl class="facts">
<dt>${side.label}</dt><dd><span dir="auto">${account?.name ?? (method ? 'Connected' : 'Not connected')}</span></dd>
${row(side.accountLabel ?? 'Account', account?.id)}${row('Region', account?.region)}${row('Time zone', account?.timezone && html`<span class="account-zone">${account.timezone}</span>`)}
${row('Connected by', method && methods[method])}
</dl>
${accountError && html`<p class="note">The account of these credentials is unknown: ${accountError}.</p>`}`
}
