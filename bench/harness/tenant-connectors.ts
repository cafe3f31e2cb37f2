/** Connectors of many tenants on one file, whose network answers at once: for benchmarks of the store under them. */
import { createHmac } from 'node:crypto'
import { connectorFromSpec } from '../../connector/index.ts'
import type { Connector } from '../../runtime/connector.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import type { Stores } from '../../runtime/ports/stores.ts'
import type { Spec } from '../../runtime/spec/spec.ts'

const SECRET = 'bench'

/** Each with its own credentials and accounts; all share the spec. */
export function createTenants(spec: Spec, stores: Stores, count: number): readonly Connector[] {
  return Array.from({ length: count }, (_, i) => {
    const [workspace, account] = [`app${i}`, `AC${String(i).padStart(4, '0')}`]
    return connectorFromSpec(spec, stores.of(`tenant-${i}`), {
      secrets: {
        intercomAccessToken: `token-${i}`,
        intercomClientSecret: SECRET,
        klaviyoApiKey: `pk_${account}_${'0'.repeat(20)}`,
      },
      workspace,
      account,
      fetch: answerFor(workspace, account),
    })
  })
}

function answerFor(workspace: string, account: string): Fetch {
  return async (request) =>
    request.url.includes('klaviyo')
      ? Response.json({ data: [{ type: 'account', id: account, attributes: {} }] })
      : Response.json({ type: 'admin', app: { id_code: workspace } })
}

/** A signed notification of a new conversation of two kilobytes, the usual size. */
export function signedNotification(tenant: number, n: number): Request {
  const item = { type: 'conversation', id: String(n), created_at: 1_760_000_000, source: { body: TEXT } }
  const body = JSON.stringify({
    type: 'notification_event',
    app_id: `app${tenant}`,
    id: `notif_${n}`,
    topic: 'conversation.user.created',
    created_at: 1_760_000_000,
    data: { type: 'notification_event_data', item },
  })
  const signature = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`
  const length = String(Buffer.byteLength(body))
  const headers = { 'content-type': 'application/json', 'content-length': length, 'x-hub-signature': signature }
  return new Request('http://localhost/webhook', { method: 'POST', headers, body })
}

const TEXT = `<p>${'Where is my parcel? It should have come last week. '.repeat(36)}</p>`
