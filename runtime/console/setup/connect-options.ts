/** The two ways to connect an account: a key created there, or OAuth. The one that works now comes first. */
import { html } from 'hono/html'
import { clientFieldsOf } from '../../auth/setup/check-fields.ts'
import type { SetupView, SideView } from '../../auth/setup/setup.ts'
import type { Side } from '../../auth/side.ts'
import { toFault } from '../../ports/fault.ts'
import { copyable } from '../copyable.ts'
import { type FormField, formField } from '../form-field.ts'
import type { Html, PageContext } from '../types.ts'
import {
  consoleOrigin,
  isOtherHost,
  optionalPermissionsFieldset,
  redirectUrl,
  setupOf,
  toAuthorizationAttempt,
} from './shared.ts'

/** A card for each way. The second is closed unless its form was refused. */
export async function connectOptions(view: SideView, setup: SetupView, context: PageContext): Promise<Html> {
  const { side, hasOauthClient } = view
  const key = side.pasteFields.length > 0 ? keyForm(view, setup, context) : ''
  const oauth = side.oauth === undefined ? '' : await oauthOption(view, setup, context)
  if (hasOauthClient)
    return html`<section class="card" aria-labelledby="oauth"><h2 id="oauth">Connect with OAuth</h2>${oauth}</section>
${key && otherWay(`Connect with ${keyName(side)} instead`, key, ['key', 'signing'], context)}`
  return html`${key && html`<section class="card" aria-labelledby="paste"><h2 id="paste">Connect with ${keyName(side)}</h2>${key}</section>`}
${oauth && otherWay('Connect with OAuth instead', oauth, ['clientId', 'clientSecret'], context)}`
}

/** As the product calls it: `an access token`. */
function keyName({ pasteFields: [field] }: Side): string {
  const name = (field?.label ?? 'key').toLowerCase().replace(/\bapi\b/, 'API')
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

function otherWay(title: string, content: Html, fields: readonly string[], { rejected }: PageContext): Html {
  const wasRefused = fields.some((name) => rejected?.errors[name] !== undefined)
  return html`<details class="card"${wasRefused && html` open`}><summary><strong>${title}</strong></summary><div class="opened">${content}</div></details>`
}

function keyForm({ side, hasOauthClient }: SideView, { state }: SetupView, context: PageContext): Html {
  const { name, pasteFields, label, hosts, baseUrl, region } = side
  const permissions = [...Object.keys(side.permissions), ...(state.optionalPermissions ?? [])]
  const fields = pasteFields.map(
    ({ name, label, instructions, links }): FormField => ({
      name,
      label,
      hint: instructions,
      links: links?.(permissions) ?? [],
      type: 'secret',
    }),
  )
  const isSearched = Object.keys(hosts).length > 1 && baseUrl === undefined && region === undefined
  const regions = Object.keys(hosts).map((region) => region.toUpperCase())
  return html`<form method="post" action="${context.link(`/set-up/${name}/paste`)}" autocomplete="off">${context.csrfField}
${fields.map((field) => formField(field, context))}
<p class="soft">Tested right away, and stored encrypted.${isSearched && html` The region is found by trying ${regions.join(', ')}.`}</p>
<button${hasOauthClient && html` class="plain"`}>Connect ${label}</button></form>`
}

async function oauthOption(view: SideView, setup: SetupView, context: PageContext): Promise<Html> {
  const { side, hasOauthClient, clientId } = view
  const { state } = setup
  const redirect = html`<p>Redirect URL ${copyable(redirectUrl(context, side, state), 'the redirect URL')}</p>`
  if (!hasOauthClient) return html`<p>${side.oauthInstructions}</p>${redirect}${clientForm(view, context)}`
  const change =
    clientId !== undefined &&
    html`<details><summary>Change the OAuth app</summary><div class="opened">${clientForm(view, context)}</div></details>`
  if (isOtherHost(context, state))
    return html`<p>${side.label} would return you to a different address. <a href="${consoleOrigin(context, state)}${context.link('/set-up')}">Continue at that address</a>.</p>${change}`
  return html`<p>${side.label} asks you to allow access, then returns you to this page.</p>
${await oauthLinks(view, setup, context)}${redirect}
${permissionsForm(side, state.optionalPermissions, context)}${change}`
}

/** The OAuth app of the person's own. Its secret is sealed like a token. */
function clientForm({ side, clientId }: SideView, context: PageContext): Html {
  const { id, secret } = clientFieldsOf(side)
  const permissions = Object.keys(side.permissions)
  const field = (name: string, { label, instructions, links }: typeof id, type: FormField['type']): FormField => ({
    name,
    label,
    hint: instructions,
    links: links?.(permissions) ?? [],
    type,
  })
  return html`<form method="post" action="${context.link(`/set-up/${side.name}/client`)}" autocomplete="off">${context.csrfField}
${formField({ ...field('clientId', id, 'text'), value: clientId }, context)}
${formField(field('clientSecret', secret, 'secret'), context)}
<button class="plain">Save OAuth app</button></form>`
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
async function oauthLinks(view: SideView, setup: SetupView, context: PageContext): Promise<Html> {
  try {
    const links = await Promise.all(regionsOf(view.side).map((region) => oauthLink(view, region, setup, context)))
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

async function oauthLink(view: SideView, region: string, { state }: SetupView, context: PageContext): Promise<Html> {
  const { side } = view
  // A link, not a form: browsers apply the `form-action` policy to the redirect of a form's answer.
  const url = await setupOf(context)?.authorizationUrl(toAuthorizationAttempt(context, view, state), region)
  const isOneOfSeveral = regionsOf(side).length > 1
  const suffix = isOneOfSeveral ? `, ${region.toUpperCase()}` : ''
  return html`<a class="button${isOneOfSeveral && ' plain'}" href="${url?.href ?? ''}">Continue to ${side.label}${suffix}</a>`
}
