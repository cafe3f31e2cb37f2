/** The address of the webhooks and the topics to subscribe to, to copy into the settings of the source. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { copyable, copyButton } from '../../copyable.ts'
import { consoleOrigin, setupOf } from '../../setup/shared.ts'
import type { Html, PageContext } from '../../types.ts'

export async function addressCard(context: PageContext): Promise<Html> {
  const { spec } = context.options.connector
  const topics = [...new Set([...spec.mappings.flatMap((it) => [...it.topics]), ...spec.profile.topics])].sort()
  const address = `${consoleOrigin(context, (await setupOf(context)?.view())?.state)}${spec.webhook.path}`
  const setup = context.may('set-up') && html` <a href="${context.link('/set-up/webhooks')}">How to set them up</a>`
  return html`<div class="card"><h2>Address and topics</h2>
<p class="row">${copyable(address, 'the address')}${setup}</p>
<details id="topic-list"><summary>${topics.length} topics to subscribe to in ${capitalize(spec.source.name)}</summary>
<p class="row">${copyButton(topics.join('\n'), 'Copy topics')}</p><pre>${topics.join('\n')}</pre></details></div>`
}
