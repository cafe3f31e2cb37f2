/** The two ways to let us into a side: a log-in there, or a key that somebody made there. */
import { html } from 'hono/html'
import type { SetupView, SideView } from '../../auth/setup.ts'
import type { PasteField, Side } from '../../auth/side.ts'
import { toFault } from '../../ports/fault.ts'
import type { Html, PageContext } from '../types.ts'
import { elsewhere, extras, going, origin, redirectOf, setupOf } from './shared.ts'

export async function oauthOption(found: SideView, { state }: SetupView, context: PageContext): Promise<Html> {
  const { side } = found
  const back = redirectOf(context, side)
  const registered = html`<p class="soft">Its redirect URL there: <code>${back}</code></p>`
  if (side.oauth === undefined) return html`<p>${side.label} offers no log-in to apps.</p>`
  if (!found.hasOauthClient)
    return html`<p>This process has no app there yet. ${side.oauthInstructions}</p>${registered}`
  if (elsewhere(context))
    return html`<p>${side.label} sends you back to another address than this one. <a href="${origin(context)}${context.link('/set-up')}">Go on there</a>.</p>`
  return html`<p>You are asked there whether to let this connector in, and come back here.</p>
${await doors(found, context)}${registered}
${asks(side, state.optionalPermissions, context)}`
}

/** Who did not want it at first may want it now: a log-in asks for what is ticked when it begins. */
function asks(side: Side, chosen: readonly string[] | undefined, { csrfField, link }: PageContext): Html | '' {
  const fields = extras(side, chosen)
  return (
    fields &&
    html`<form method="post" action="${link(`/set-up/${side.name}/extras`)}">${csrfField}${fields}<button class="plain">Ask for what is ticked</button></form>`
  )
}

/** Without a usable key nothing can be begun, since it could not be recognised when it comes back. */
async function doors(found: SideView, context: PageContext): Promise<Html> {
  try {
    const all = await Promise.all(regionsOf(found.side).map((region) => door(found, region, context)))
    return html`${regionHint(found.side)}<p class="row">${all}</p>`
  } catch (error) {
    return html`<p class="message bad" role="alert">${toFault(error).message}.</p>`
  }
}

/** Nobody knows the region of an account by heart, but everybody knows where they log in. */
function regionHint(side: Side): Html | '' {
  const regions = regionsOf(side)
  if (regions.length < 2) return ''
  const at = regions.map((region) => `${region.toUpperCase()} at ${pageHost(side, region)}`).join(', ')
  return html`<p class="soft">Where you use ${side.label} tells which one is yours: ${at}.</p>`
}

const pageHost = ({ oauth }: Side, region: string) => new URL(oauth?.authorizationUrl[region] ?? 'none:').hostname

/** The regions to choose from. One that the environment names leaves no choice. */
function regionsOf({ oauth, region }: Side): readonly string[] {
  const all = Object.keys(oauth?.authorizationUrl ?? {})
  return region !== undefined && all.includes(region) ? [region] : all
}

async function door(found: SideView, region: string, context: PageContext): Promise<Html> {
  const { side } = found
  // A link and no form: browsers hold our policy against where a form's answer leads.
  const address = await setupOf(context)?.authorizationUrl(going(context, found), region)
  const where = regionsOf(side).length > 1 ? `, ${region.toUpperCase()}` : ''
  return html`<a class="button" href="${address?.href ?? ''}">Log in to ${side.label}${where}</a>`
}

export function keyOption(side: Side, { csrfField, link }: PageContext): Html {
  const { name, pasteFields, hosts, region, label } = side
  const regions = Object.keys(hosts)
  const where = (one: string) => (regionsOf(side).includes(one) ? `, ${pageHost(side, one)}` : '')
  const choice = html`<label for="region">Region</label><select id="region" name="region">${regions.map(
    (one) => html`<option value="${one}">${one.toUpperCase()}${where(one)}</option>`,
  )}</select>`
  return html`<p>With a key of your own account. It is tried at once, and kept sealed.</p>
<form method="post" action="${link(`/set-up/${name}/paste`)}" autocomplete="off">${csrfField}
${pasteFields.map((field) => input(field))}
${regions.length > 1 && region === undefined ? choice : ''}
<button>Connect ${label}</button></form>`
}

function input({ name, label, instructions }: PasteField): Html {
  return html`<label for="${name}">${label}</label><p class="soft" id="${name}-how">${instructions}</p>
<input type="password" id="${name}" name="${name}" required autocomplete="off" spellcheck="false" aria-describedby="${name}-how">`
}
