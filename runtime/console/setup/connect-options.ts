/** The two ways to connect an account: OAuth, or a key created there. */
import { html } from 'hono/html'
import type { SetupView, SideView } from '../../auth/setup/setup.ts'
import type { PasteField, Side } from '../../auth/side.ts'
import { toFault } from '../../ports/fault.ts'
import type { Html, PageContext } from '../types.ts'
import {
  consoleOrigin,
  isOtherHost,
  optionalPermissionsFieldset,
  redirectUrl,
  setupOf,
  toAuthorizationAttempt,
} from './shared.ts'

export async function oauthOption(view: SideView, { state }: SetupView, context: PageContext): Promise<Html> {
  const { side } = view
  if (side.oauth === undefined) return html`<p>${side.label} does not offer OAuth.</p>`
  const redirect = html`<p class="soft">Redirect URL to register there: <code>${redirectUrl(context, side)}</code></p>`
  if (!view.hasOauthClient)
    return html`<p>No OAuth app is configured for ${side.label}. ${side.oauthInstructions}</p>${redirect}`
  if (isOtherHost(context))
    return html`<p>${side.label} would return you to a different address. <a href="${consoleOrigin(context)}${context.link('/set-up')}">Continue at that address</a>.</p>`
  return html`<p>${side.label} asks you to allow access, then returns you to this page.</p>
${await oauthLinks(view, context)}${redirect}
${permissionsForm(side, state.optionalPermissions, context)}`
}

/** Optional permissions can be added later: OAuth requests those selected when it starts. */
function permissionsForm(
  side: Side,
  selected: readonly string[] | undefined,
  { csrfField, link }: PageContext,
): Html | '' {
  const fields = optionalPermissionsFieldset(side, selected)
  return (
    fields &&
    html`<form method="post" action="${link(`/set-up/${side.name}/extras`)}">${csrfField}${fields}<button class="plain">Save selection</button></form>`
  )
}

/** Without a usable encryption key OAuth cannot start: its state could not be verified on return. */
async function oauthLinks(view: SideView, context: PageContext): Promise<Html> {
  try {
    const links = await Promise.all(regionsOf(view.side).map((region) => oauthLink(view, region, context)))
    return html`${regionHint(view.side)}<p class="row">${links}</p>`
  } catch (error) {
    return html`<p class="message bad" role="alert">${toFault(error).message}.</p>`
  }
}

/** Names the regions by their addresses: few people know their region. */
function regionHint(side: Side): Html | '' {
  const regions = regionsOf(side)
  if (regions.length < 2) return ''
  const hosts = regions.map((region) => `${region.toUpperCase()} at ${authorizeHost(side, region)}`).join(', ')
  return html`<p class="soft">Choose the region by the address where you use ${side.label}: ${hosts}.</p>`
}

const authorizeHost = ({ oauth }: Side, region: string) => new URL(oauth?.authorizationUrl[region] ?? 'none:').hostname

/** The region of the environment, if set, is the only one. */
function regionsOf({ oauth, region }: Side): readonly string[] {
  const regions = Object.keys(oauth?.authorizationUrl ?? {})
  return region !== undefined && regions.includes(region) ? [region] : regions
}

async function oauthLink(view: SideView, region: string, context: PageContext): Promise<Html> {
  const { side } = view
  // A link, not a form: browsers apply the `form-action` policy to the redirect of a form's answer.
  const url = await setupOf(context)?.authorizationUrl(toAuthorizationAttempt(context, view), region)
  const suffix = regionsOf(side).length > 1 ? `, ${region.toUpperCase()}` : ''
  return html`<a class="button" href="${url?.href ?? ''}">Continue to ${side.label}${suffix}</a>`
}

export function keyOption(side: Side, { csrfField, link }: PageContext): Html {
  const { name, pasteFields, hosts, region, label } = side
  const regions = Object.keys(hosts)
  const hostSuffix = (name: string) => (regionsOf(side).includes(name) ? `, ${authorizeHost(side, name)}` : '')
  const regionSelect = html`<label for="region">Region</label><select id="region" name="region">${regions.map(
    (region) => html`<option value="${region}">${region.toUpperCase()}${hostSuffix(region)}</option>`,
  )}</select>`
  return html`<p>Use a key of your own account. It is tested right away and stored encrypted.</p>
<form method="post" action="${link(`/set-up/${name}/paste`)}" autocomplete="off">${csrfField}
${pasteFields.map((field) => keyInput(field))}
${regions.length > 1 && region === undefined ? regionSelect : ''}
<button>Connect ${label}</button></form>`
}

function keyInput({ name, label, instructions }: PasteField): Html {
  return html`<label for="${name}">${label}</label><p class="soft" id="${name}-how">${instructions}</p>
<input type="password" id="${name}" name="${name}" required autocomplete="off" spellcheck="false" aria-describedby="${name}-how">`
}
