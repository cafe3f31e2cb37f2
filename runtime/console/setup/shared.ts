/** What all set-up pages share: the account, the addresses, the row of steps, a side's permissions. */
import { html } from 'hono/html'
import type { Setup, SetupView, SideView } from '../../auth/setup.ts'
import type { Side } from '../../auth/side.ts'
import type { Html, PageContext } from '../types.ts'

/** Where log-ins are kept; undefined when a host keeps the credentials itself. */
export const setupOf = ({ parts }: PageContext): Setup | undefined => parts.connections?.setup

export const BY_HOST = 'The credentials of both sides are kept by the program that runs this connector, not here.'

/** The address of this console as others see it, without a slash at its end. */
export function origin({ parts, url }: PageContext): string {
  return (parts.publicUrl ?? url.origin).replace(/\/+$/, '')
}

/** Where a side sends the browser back to: registered there, to the letter. */
export const redirectOf = (context: PageContext, { name }: Side): string =>
  `${origin(context)}${context.link(`/set-up/${name}/callback`)}`

/** The browser is somewhere else than where the other side would send it back to. */
export function elsewhere(context: PageContext): boolean {
  return new URL(origin(context)).host !== context.url.host
}

export const going = (context: PageContext, { side }: SideView) => ({
  side: side.side,
  session: context.session,
  redirectUri: redirectOf(context, side),
})

/** The side that a page's address names. */
export const sideNamed = (view: SetupView, name: string | undefined): SideView | undefined =>
  [view.source, view.destination].find(({ side }) => side.name === name)

export function stepRow({ step, source, destination }: SetupView): Html {
  const order = ['review', 'source', 'destination', 'confirm', 'done']
  const names = ['Review', source.side.label, destination.side.label, 'Confirm', 'Delivery']
  const now = order.indexOf(step)
  const item = (name: string, at: number) => {
    const mark = at === now ? html` aria-current="step"` : ''
    return html`<li${mark}>${name}${at < now && html` <span class="hidden">(done)</span>`}</li>`
  }
  return html`<ol class="steps" aria-label="Steps of set-up">${names.map(item)}</ol>`
}

/** What a side may allow besides: asked for with a log-in, since most sides let nobody add to one later. */
export function extras({ optionalPermissions: all, label }: Side, chosen: readonly string[] = []): Html | '' {
  if (Object.keys(all).length === 0) return ''
  const one = ([name, what]: [string, string]) =>
    html`<label class="check"><input type="checkbox" name="extra" value="${name}"${chosen.includes(name) && html` checked`}> <span>${what} <span class="soft">${name}</span></span></label>`
  return html`<fieldset><legend>If you like, ${label} may also allow</legend>${Object.entries(all).map(one)}</fieldset>`
}

/** Those of the form that there are. */
export const extrasIn = (form: URLSearchParams, { optionalPermissions: all }: Side): string[] =>
  form.getAll('extra').filter((one) => Object.hasOwn(all, one))

/** `besides`: also what it may allow, for who makes a key there and has to choose. */
export function permissions({ side }: SideView, besides = false): Html {
  const row = ([name, what]: [string, string], more: Html | '' = '') =>
    html`<tr><th scope="row">${name}</th><td>${what}${more}</td></tr>`
  const more = besides ? Object.entries(side.optionalPermissions) : []
  return html`<div class="table"><table>
<caption>${side.label} <span class="soft">what it must allow</span></caption>
<thead><tr><th scope="col">Permission</th><th scope="col">What for</th></tr></thead>
<tbody>${Object.entries(side.permissions).map((one) => row(one))}${more.map((one) => row(one, html` <span class="soft">if you like</span>`))}</tbody>
</table></div>`
}

/** Whose account a side is, as far as it has said. */
export function facts({ side, account, method, accountError }: SideView): Html {
  const how = { environment: 'Credentials from the environment', oauth: 'OAuth', key: 'A pasted key' } as const
  const row = (name: string, value: string | undefined) =>
    value === undefined ? '' : html`<dt>${name}</dt><dd>${value}</dd>`
  return html`<dl class="facts">
<dt>${side.label}</dt><dd>${account?.name ?? (method ? 'Connected' : 'Not connected')}</dd>
${row('Account', account?.id)}${row('Region', account?.region)}${row('Time zone', account?.timezone)}
${row('Connected by', method && how[method])}
</dl>
${accountError && html`<p class="note">Whose account it is could not be asked: ${accountError}.</p>`}`
}
