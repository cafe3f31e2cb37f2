/** Webhook setup: the URL to enter, the topics to subscribe, and the last webhook received. */
import { html } from 'hono/html'
import type { Connector } from '../../connector.ts'
import { readWebhookActivity, type WebhookActivity } from '../../health/webhook-activity.ts'
import { capitalize, plural } from '../../lib/format.ts'
import type { Spec } from '../../spec/spec.ts'
import { copyable, copyButton } from '../copyable.ts'
import { timeElement } from '../format-html.ts'
import type { Html, Page, PageContext } from '../types.ts'
import { addressForm, addressProblem } from './address.ts'
import { consoleOrigin, setupOf } from './shared.ts'
import { signingSecretForm } from './signing-secret.ts'

export const webhooksPage: Page = {
  path: '/set-up/webhooks',
  title: 'Set up webhooks',
  async render(context) {
    const { spec, store } = context.options.connector
    const setup = await setupOf(context)?.view()
    const address = consoleOrigin(context, setup?.state)
    const edits = setup !== undefined && context.may('set-up')
    const activity = await readWebhookActivity(store)
    return html`<section id="arrived" class="card" data-live aria-labelledby="test"><h2 id="test">Last webhook</h2>${await lastWebhook(activity?.last, context)}</section>
<section class="card" aria-labelledby="urls"><h2 id="urls">Webhook URL</h2>
<p>Enter this in the settings of your ${capitalize(spec.source.name)} app, under webhooks:</p>
${webhookUrls(spec, address)}
${addressProblem(context, setup?.state)}
${edits && addressForm(context, setup.state)}
</section>
${edits && (await signingSecretForm(setup.source, context))}
${topicsTable(spec, activity)}`
  },
}

function webhookUrls({ webhook }: Spec, address: string): Html {
  const { uninstall } = webhook
  return html`<dl class="facts">
<dt>Webhook URL</dt><dd>${copyable(`${address}${webhook.path}`, 'the webhook URL')}</dd>
${uninstall && html`<dt>Uninstall URL</dt><dd>${copyable(`${address}${uninstall.path}`, 'the uninstall URL')} <span class="soft">optional: stops delivery when the app is uninstalled</span></dd>`}
</dl>`
}

/** The last webhook received or rejected, and how to fix a missing secret. `lastAt`: over restarts. */
async function lastWebhook(lastAt: number | undefined, { options }: PageContext): Promise<Html> {
  const { probedAt, lastVerified, lastRejected } = options.connector.webhookStats()
  const isAccepted = await options.connector.acceptsWebhooks()
  const probe =
    probedAt === undefined ? '' : html`<p class="soft">The URL was last tested ${timeElement(probedAt)}.</p>`
  const accepted =
    lastVerified &&
    html`<p><span class="badge good">Verified</span> <code>${lastVerified.topic}</code>, ${timeElement(lastVerified.at)}.</p>`
  const rejected =
    lastRejected && lastRejected.at >= (lastVerified?.at ?? 0)
      ? html`<p class="message bad">The last webhook was rejected ${timeElement(lastRejected.at)}: ${lastRejected.reason}.</p>`
      : ''
  const wrongPath = misdirectedMessage(options.connector)
  if (!isAccepted)
    return html`<p><span class="badge bad">Not accepted</span> Webhooks are not accepted yet: setup is incomplete, or the client secret that verifies them is missing.</p>${probe}${rejected}${wrongPath}`
  if (accepted || rejected || wrongPath) return html`${accepted ?? ''}${rejected}${wrongPath}${probe}`
  if (lastAt !== undefined)
    return html`<p>Before the last restart, ${timeElement(lastAt)}. Trigger one of the topics below: it appears here at once.</p>${probe}`
  return html`<p><span class="badge">None yet</span> No webhook has arrived. Trigger one of the topics below: it appears here at once.</p>${probe}`
}

/** Until a webhook arrives at the right path. */
function misdirectedMessage({ spec, webhookStats }: Connector): Html | '' {
  const { misdirected, lastVerified } = webhookStats()
  if (misdirected === undefined || misdirected.at < (lastVerified?.at ?? 0)) return ''
  return html`<p class="message bad">${plural(misdirected.count, 'webhook')} arrived at a wrong path, the last one at <code>${misdirected.path}</code> ${timeElement(misdirected.at)}. The right path is <code>${spec.webhook.path}</code>: enter the URL below in ${capitalize(spec.source.name)}.</p>`
}

/** Topics that no mapping uses come last. */
function topicsTable({ mappings, profile }: Spec, activity: WebhookActivity | undefined): Html {
  const rows = new Map<string, string[]>()
  for (const { metric, topics } of mappings)
    for (const topic of topics) rows.set(topic, [...(rows.get(topic) ?? []), metric])
  for (const topic of profile.topics) rows.set(topic, [...(rows.get(topic) ?? []), 'profile properties'])
  const seen = activity?.topics ?? {}
  const others = Object.keys(seen).filter((topic) => !rows.has(topic))
  const row = (topic: string, uses: string) => html`<tr><th scope="row"><code>${topic}</code></th>
<td data-name="Used for">${uses}</td>
<td data-name="Last webhook">${seen[topic] === undefined ? html`<span class="soft">never seen</span>` : timeElement(seen[topic])}</td></tr>`
  return html`<section id="topics" data-live aria-label="Topics"><div class="table"><table class="stack">
<caption class="with-action"><span>Topics to subscribe <span class="soft">${rows.size} topics</span></span> ${copyButton([...rows.keys()].sort().join('\n'), 'Copy all topics')}</caption>
<thead><tr><th scope="col">Topic</th><th scope="col">Used for</th><th scope="col">Last webhook</th></tr></thead>
<tbody>${[...rows].sort().map(([topic, uses]) => row(topic, uses.join(', ')))}${others.sort().map((topic) => row(topic, 'nothing'))}</tbody>
</table></div></section>`
}
