/** A page for each side: log in there, or paste a key; and what comes back from there. */
import { html } from 'hono/html'
import type { Connected } from '../../account/connect.ts'
import type { SideView, View } from '../../account/setup.ts'
import type { PasteField, Side } from '../../account/side.ts'
import { toFault } from '../../fault.ts'
import type { Action, Context, Html, Page } from '../parts.ts'
import { titled } from '../words.ts'
import {
  BY_HOST,
  elsewhere,
  extras,
  extrasIn,
  facts,
  going,
  origin,
  permissions,
  redirectOf,
  setupOf,
  sideNamed,
} from './steps.ts'

export const connectPage: Page = {
  path: '/set-up/:name',
  title: ({ params }) => `Connect ${titled(params.name ?? '')}`,
  async render(context) {
    const view = await setupOf(context)?.view()
    const found = view && sideNamed(view, context.params.name)
    if (view === undefined || found === undefined) return context.missing(view ? 'There is no such side.' : BY_HOST)
    const back = html`<p><a href="${context.link('/set-up')}">Back to set-up</a></p>`
    return html`${await connect(found, view, context)}${back}`
  },
}

/** What a person can do to let us in. */
export async function connect(found: SideView, view: View, context: Context): Promise<Html> {
  const { side, by } = found
  if (by === 'environment')
    return html`<p>${side.label} is connected by the environment of this process, which wins over anything done here.</p>`
  return html`${by && html`<div class="card"><h2>Connected now</h2>${facts(found)}</div>`}
<div class="beside">
<section class="card" aria-labelledby="log-in"><h2 id="log-in">Log in to ${side.label}</h2>${await byOauth(found, view, context)}</section>
<section class="card" aria-labelledby="paste"><h2 id="paste">Or paste a key</h2>${byKey(side, context)}</section>
</div>
${permissions(found, true)}`
}

async function byOauth(found: SideView, { progress }: View, context: Context): Promise<Html> {
  const { side } = found
  const back = redirectOf(context, side)
  const registered = html`<p class="soft">Its redirect URL there: <code>${back}</code></p>`
  if (side.oauth === undefined) return html`<p>${side.label} offers no log-in to apps.</p>`
  if (!found.oauth) return html`<p>This process has no app there yet. ${side.howOauth}</p>${registered}`
  if (elsewhere(context))
    return html`<p>${side.label} sends you back to another address than this one. <a href="${origin(context)}${context.link('/set-up')}">Go on there</a>.</p>`
  return html`<p>You are asked there whether to let this connector in, and come back here.</p>
${await doors(found, context)}${registered}
${asks(side, progress.extras, context)}`
}

/** Who did not want it at first may want it now: a log-in asks for what is ticked when it begins. */
function asks(side: Side, chosen: readonly string[] | undefined, { csrf, link }: Context): Html | '' {
  const fields = extras(side, chosen)
  return (
    fields &&
    html`<form method="post" action="${link(`/set-up/${side.name}/extras`)}">${csrf}${fields}<button class="plain">Ask for what is ticked</button></form>`
  )
}

/** Without a usable key nothing can be begun, since it could not be recognised when it comes back. */
async function doors(found: SideView, context: Context): Promise<Html> {
  try {
    const all = await Promise.all(regionsOf(found.side).map((region) => door(found, region, context)))
    return html`<p class="row">${all}</p>`
  } catch (error) {
    return html`<p class="said bad" role="alert">${toFault(error).message}.</p>`
  }
}

/** The regions to choose from. One that the environment names leaves no choice. */
function regionsOf({ oauth, region }: Side): readonly string[] {
  const all = Object.keys(oauth?.authorize ?? {})
  return region !== undefined && all.includes(region) ? [region] : all
}

async function door(found: SideView, region: string, context: Context): Promise<Html> {
  const { side } = found
  // A link and no form: browsers hold our policy against where a form's answer leads.
  const address = await setupOf(context)?.authorize(going(context, found), region)
  const where = regionsOf(side).length > 1 ? `, ${region.toUpperCase()}` : ''
  return html`<a class="button" href="${address?.href ?? ''}">Log in to ${side.label}${where}</a>`
}

function byKey({ name, fields, hosts, region, label }: Side, { csrf, link }: Context): Html {
  const regions = Object.keys(hosts)
  const choice = html`<label for="region">Region</label><select id="region" name="region">${regions.map(
    (one) => html`<option value="${one}">${one.toUpperCase()}</option>`,
  )}</select>`
  return html`<p>With a key of your own account. It is tried at once, and kept sealed.</p>
<form method="post" action="${link(`/set-up/${name}/paste`)}" autocomplete="off">${csrf}
${fields.map((field) => input(field))}
${regions.length > 1 && region === undefined ? choice : ''}
<button>Connect ${label}</button></form>`
}

function input({ name, label, how }: PasteField): Html {
  return html`<label for="${name}">${label}</label><p class="soft" id="${name}-how">${how}</p>
<input type="password" id="${name}" name="${name}" required autocomplete="off" spellcheck="false" aria-describedby="${name}-how">`
}

/** The other side sends the browser here. A GET, since it cannot do otherwise; the state in it proves that we began it. */
export const callbackPage: Page = {
  path: '/set-up/:name/callback',
  title: 'Connect',
  render: (context) =>
    tried(context, async (found) => {
      const setup = setupOf(context)
      return setup?.comeBack(going(context, found), context.url.searchParams, context.request.signal)
    }),
}

export const pasteAction: Action = {
  path: '/set-up/:name/paste',
  run: (context) =>
    tried(context, async ({ side }) => {
      const { form, request } = context
      const [key, signing, region] = ['key', 'signing', 'region'].map((name) => form.get(name) ?? '')
      const pasted = { key: key ?? '', signing: signing ?? '', ...(region && { region }) }
      return setupOf(context)?.paste(side.side, pasted, request.signal)
    }),
}

export const extrasAction: Action = {
  path: '/set-up/:name/extras',
  async run(context) {
    const setup = setupOf(context)
    const found = setup && sideNamed(await setup.view(), context.params.name)
    if (found === undefined) return context.missing(setup ? 'There is no such side.' : BY_HOST)
    await setup?.ask(extrasIn(context.form, found.side))
    return context.goTo(`/set-up/${found.side.name}`, `Kept. Now log in to ${found.side.label}, which asks you for it.`)
  },
}

async function tried(
  context: Context,
  attempt: (found: SideView) => Promise<Connected | undefined>,
): Promise<Response> {
  const setup = setupOf(context)
  const found = setup && sideNamed(await setup.view(), context.params.name)
  if (found === undefined) return context.missing(setup ? 'There is no such side.' : BY_HOST)
  try {
    const note = (await attempt(found))?.note
    const also = note === undefined ? '' : ` ${capital(note)}.`
    return context.goTo('/set-up', `${found.side.label} is connected.${also}`)
  } catch (error) {
    const { message, code, kind } = toFault(error)
    context.parts.logger.warn(`${found.side.label} was not connected: ${message}`, { code })
    const words = kind === 'bug' ? 'That did not work, and it is our fault. The log says more.' : `${message}.`
    return context.goTo(`/set-up/${found.side.name}`, capital(words), 'bad')
  }
}

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1)
