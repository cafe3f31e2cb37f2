/** The Intercom source, the shipped spec and the local Intercom, for the contract of sources. */
import { createIntercomSource } from '../../../../connector/intercom/source.ts'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import type { SourceFactory } from '../../../../runtime/conformance/contracts/source/source-harness.ts'
import { createStaticAuth } from '../../../../runtime/ports/auth.ts'
import type { JsonObject } from '../../../../runtime/ports/types.ts'
import { createIntercomSandbox } from '../../../../sandbox/intercom/server.ts'

const spec = await loadConnectorSpec()
const TOKEN = 'dG9rOmNvbnRyYWN0'

const notification = (topic: string, id: string, item: JsonObject) => ({
  type: 'notification_event',
  app_id: 'sandbox1',
  id,
  topic,
  created_at: 1_784_021_400,
  data: { type: 'notification_event_data', item },
})

export const intercomUnderTest: SourceFactory = ({ clock }) => {
  const intercom = createIntercomSandbox({
    clock,
    random: () => 0.5,
    token: TOKEN,
    clientSecret: 'a secret',
    conversations: 30,
    tickets: 20,
    now: clock.now() - 60_000,
    fetch: async () => new Response(),
  })
  const headers = { Authorization: `Bearer ${TOKEN}` }
  const auth = createStaticAuth(() => ({ baseUrl: 'https://api.intercom.io', headers }))
  return {
    source: createIntercomSource(auth, async () => ['a secret', 'the next secret']),
    spec,
    fetch: (request) => intercom.fetch(request),
    notifications: [
      notification('conversation.user.created', 'notif_1', { type: 'conversation', id: '215400000000001' }),
      notification('ticket.created', 'notif_2', { type: 'ticket', id: '7001' }),
      notification('contact.user.updated', 'notif_3', { type: 'contact', id: '6960a1' }),
    ],
  }
}
