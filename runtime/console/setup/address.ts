/** The public address of this connector: entered once, checked, and hints for those who have none yet. */
import { html } from 'hono/html'
import { findAddressProblem, parsePublicUrl } from '../../auth/setup/public-url.ts'
import type { SetupState } from '../../auth/setup/setup-state.ts'
import { copyable } from '../copyable.ts'
import { formField } from '../form-field.ts'
import type { Action, Html, PageContext } from '../types.ts'
import { consoleOrigin, setupOf } from './shared.ts'

const PATH = '/set-up/address'
const PAGE = '/set-up/webhooks'

/** Why webhooks cannot arrive at the address that the pages show. */
export function addressProblem(context: PageContext, state: SetupState | undefined): Html | '' {
  if (context.options.localWebhooks) return ''
  const problem = findAddressProblem(consoleOrigin(context, state))
  if (problem === undefined) return ''
  return problem === 'local'
    ? html`<p class="message warn">This address is reached from this machine or its network only, so webhooks cannot arrive. Enter a public address below.</p>`
    : html`<p class="message warn">This address has no HTTPS, so webhooks cannot arrive. Enter a public address below.</p>`
}

export function addressForm(context: PageContext, state: SetupState): Html {
  const { options, csrfField, link, url } = context
  if (options.publicUrl !== undefined)
    return html`<p class="soft">The address comes from <code>CONNECTOR_URL</code>.</p>`
  const port = url.port || '3000'
  const hasProblem = findAddressProblem(consoleOrigin(context, state)) !== undefined
  return html`<form method="post" action="${link(PATH)}" autocomplete="off">${csrfField}
${formField({ name: 'address', label: 'Public address of this connector', type: 'text', value: state.publicUrl, placeholder: 'https://connector.example.com', hint: 'Webhooks and OAuth arrive there, over HTTPS.' }, context)}
<button${!hasProblem && html` class="plain"`}>Save address</button></form>
<details${hasProblem && html` open`}><summary>How to get one</summary><div class="opened">
<p>To try it: a tunnel from this machine. Each of these prints an address; a free one changes with each start.</p>
<ul class="plain"><li>${copyable(`cloudflared tunnel --url http://localhost:${port}`, 'the command')} <a href="https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/" target="_blank" rel="noreferrer">Install cloudflared</a></li>
<li>${copyable(`ngrok http ${port}`, 'the command')} <a href="https://ngrok.com/download" target="_blank" rel="noreferrer">Install ngrok</a></li></ul>
<p>To run it: a reverse proxy with a certificate in front of port ${port}. With Caddy, one command:</p>
<p>${copyable(`caddy reverse-proxy --from connector.example.com --to :${port}`, 'the command')}</p></div></details>`
}

export const addressAction: Action = {
  path: PATH,
  access: 'set-up',
  async run(context) {
    const { form, redirect } = context
    const setup = setupOf(context)
    const entered = (form.get('address') ?? '').slice(0, 300)
    const found = parsePublicUrl(entered)
    if (typeof found !== 'string')
      return redirect(PAGE, 'The address was not saved: see below.', 'bad', {
        errors: { address: found.problem },
        values: { address: entered },
      })
    if ((await setup?.view())?.state.publicUrl === found)
      return redirect(PAGE, 'The public address was saved before: nothing has changed.', 'still')
    await setup?.savePublicUrl(found)
    return redirect(PAGE, 'The public address is saved.')
  },
}
