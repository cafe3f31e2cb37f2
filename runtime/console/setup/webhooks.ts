/** The webhook: which topics to subscribe, which address to paste, and whether the first one has arrived. */

import { html } from 'hono/html'
import { capitalize } from '../../lib/format.ts'
import type { Spec } from '../../spec/spec.ts'
import { timeElement } from '../format-html.ts'
import type { Html, Page, PageContext } from '../types.ts'
import { origin } from './shared.ts'

export const webhooksPage: Page = {
  path: '/set-up/webhooks',
  title: 'Webhooks',
  async render(context) {
    const { spec } = context.parts.connector
    const asked = context.url.searchParams.get('address') ?? ''
    const address = URL.canParse(asked) ? new URL(asked).origin : origin(context)
    return html`<section id="arrived" class="card" data-live aria-labelledby="test"><h2 id="test">Has one arrived?</h2>${await arrived(context)}</section>
<section class="card" aria-labelledby="paste"><h2 id="paste">Addresses to paste</h2>
<p>In the settings of your app at ${capitalize(spec.source.name)}, under webhooks:</p>
${addresses(spec, address)}
<form method="get"><label for="address">Another address leads here</label>
<p class="soft" id="why">${capitalize(spec.source.name)} must reach this process from outside, by HTTPS: a tunnel or a proxy. Setting CONNECTOR_URL makes this page remember it.</p>
<div class="row"><input id="address" name="address" type="url" placeholder="https://connector.example.com" value="${asked}" aria-describedby="why"><button class="plain">Show</button></div></form>
</section>
${topics(spec)}`
  },
}

function addresses({ webhook }: Spec, address: string): Html {
  const { uninstall } = webhook
  return html`<dl class="facts">
<dt>Webhooks</dt><dd><code>${address}${webhook.path}</code></dd>
${uninstall && html`<dt>Uninstall notice</dt><dd><code>${address}${uninstall.path}</code> <span class="soft">if you like: then we stop when our app is removed there</span></dd>`}
</dl>
${!address.startsWith('https:') && html`<p class="message bad">This is an address of this machine or without HTTPS, which cannot be reached from there.</p>`}`
}

/** What came last, and what a person can do about it. */
async function arrived({ parts }: PageContext): Promise<Html> {
  const { probedAt, lastVerified: verified, lastRejected: refused } = parts.connector.webhookStats()
  const secrets = (await parts.connections?.signingSecrets())?.length
  const head =
    probedAt === undefined
      ? ''
      : html`<p class="soft">Somebody asked whether the address answers, ${timeElement(probedAt)}.</p>`
  const good =
    verified &&
    html`<p><span class="badge good">Yes</span> The last one that is genuine: <code>${verified.topic}</code>, ${timeElement(verified.at)}.</p>`
  const bad =
    refused && refused.at >= (verified?.at ?? 0)
      ? html`<p class="message bad">One was refused ${timeElement(refused.at)}: ${refused.reason}.</p>`
      : ''
  if (secrets === 0)
    return html`<p><span class="badge bad">Not taken</span> None is taken yet: set-up has not come so far, or the client secret is missing by which they are verified.</p>${head}${bad}`
  if (good || bad) return html`${good ?? ''}${bad}${head}`
  return html`<p><span class="badge">Not yet</span> Nothing has come since this process began. Do something that one of the topics is about: this page shows it at once.</p>${head}`
}

function topics({ mappings, profile }: Spec): Html {
  const rows = new Map<string, string[]>()
  for (const { metric, topics } of mappings)
    for (const topic of topics) rows.set(topic, [...(rows.get(topic) ?? []), metric])
  for (const topic of profile.topics) rows.set(topic, [...(rows.get(topic) ?? []), 'attributes of people'])
  return html`<div class="table"><table class="stack">
<caption>Topics to subscribe <span class="soft">${rows.size} of them</span></caption>
<thead><tr><th scope="col">Topic</th><th scope="col">For</th></tr></thead>
<tbody>${[...rows].sort().map(([topic, what]) => html`<tr><th scope="row"><code>${topic}</code></th><td data-name="For">${what.join(', ')}</td></tr>`)}</tbody>
</table></div>`
}
