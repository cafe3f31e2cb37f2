/** Times webhooks into a real `connector start` with its store on disk: requests per second and latency of the 200. */
import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { openEngine } from '../runtime/store/sqlite/engine.ts'
import { placement, startProcess, temporaryFolder, unlimitedSpec } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'

const CONNECTIONS = [1, 64]
const WARM_UP_MS = 2_000
const MEASURED_MS = 10_000

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const rows = []
  for (const connections of CONNECTIONS) rows.push(await intake(connections))
  return [
    {
      title: 'Webhook intake: signature checked, on disk (fsync), then 200',
      rows,
      notes: [`${placement}; the same process delivers the records`],
    },
  ]
}

async function intake(connections: number) {
  const folder = temporaryFolder()
  const sandbox = startProcess('./sandbox-process', ['--conversations', '10', '--tickets', '2'], { core: 1 })
  const settings = (await sandbox.output) as Record<string, string>
  const store = join(folder.path, 'store.db')
  const env = { ...settings, CONNECTOR_STORE: `sqlite:${store}`, CONNECTOR_SPEC: unlimitedSpec(folder.path) }
  const connector = startProcess('../../connector/main', ['start', '--port', '0', '--json'], { core: 0, env })
  const { webhook } = (await connector.output) as Record<string, string>
  const contact = await firstContact(settings)
  const target = { url: webhook ?? '', secret: settings.INTERCOM_CLIENT_SECRET ?? '', contact }
  const notify = webhookSender(target, connections)

  await notify(WARM_UP_MS)
  const latencies = await notify(MEASURED_MS)
  const [sent, usage] = [notify.accepted(), await connector.stop()]
  await sandbox.stop()
  const stored = await countRecords(store)
  folder.remove()
  if (stored < sent) throw new Error(`${sent} webhooks were answered 200, but only ${stored} are in the store`)
  return {
    connections,
    'requests/s': Math.round(latencies.length / (MEASURED_MS / 1000)),
    'p50 ms': quantile(latencies, 0.5),
    'p99 ms': quantile(latencies, 0.99),
    'answered 200': sent,
    'in the store': stored,
    'CPU s': usage.cpu,
    'max MB': Math.round(usage.rss),
  }
}

interface WebhookTarget {
  readonly url: string
  readonly secret: string
  readonly contact: string
}

/** Sends notifications for some time, one after another on each connection. Resolves to their latencies in milliseconds. */
function webhookSender({ url, secret, contact }: WebhookTarget, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let n = 0
  let accepted = 0
  const notify = async (ms: number): Promise<number[]> => {
    const latencies: number[] = []
    const until = performance.now() + ms
    const sendUntilEnd = async () => {
      while (performance.now() < until) {
        const body = notification(n++, contact)
        const signature = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`
        const from = performance.now()
        if ((await post(url, body, signature, agent)) !== 200) continue
        accepted += 1
        latencies.push(performance.now() - from)
      }
    }
    await Promise.all(Array.from({ length: connections }, sendUntilEnd))
    return latencies
  }
  return Object.assign(notify, { accepted: () => accepted })
}

function post(url: string, body: string, signature: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-hub-signature': signature }
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    outgoing.on('error', reject).end(body)
  })
}

/** The id of a contact in the mock Intercom. */
async function firstContact({
  INTERCOM_BASE_URL,
  INTERCOM_ACCESS_TOKEN,
}: Readonly<Record<string, string>>): Promise<string> {
  const headers = { authorization: `Bearer ${INTERCOM_ACCESS_TOKEN}` }
  const response = await fetch(`${INTERCOM_BASE_URL}/contacts?per_page=1`, { headers })
  const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] }
  return data[0]?.id ?? ''
}

/** A new conversation of two kilobytes, the usual size. */
function notification(n: number, contactId: string): string {
  const now = Math.floor(Date.now() / 1000)
  const contact = { type: 'contact', id: contactId, external_id: null }
  const item = {
    type: 'conversation',
    id: String(9_000_000 + n),
    created_at: now,
    updated_at: now,
    title: null,
    admin_assignee_id: null,
    team_assignee_id: null,
    open: true,
    state: 'open',
    read: false,
    priority: 'not_priority',
    contacts: { type: 'contact.list', contacts: [contact] },
    source: {
      type: 'conversation',
      delivered_as: 'customer_initiated',
      author: { type: 'user', id: contactId },
      body: TEXT,
    },
    tags: { type: 'tag.list', tags: [] },
    statistics: { type: 'conversation_statistics', count_conversation_parts: 1, count_reopens: 0 },
    conversation_parts: { type: 'conversation_part.list', conversation_parts: [], total_count: 0 },
  }
  const data = { type: 'notification_event_data', item }
  const envelope = {
    type: 'notification_event',
    app_id: 'sandbox1',
    id: `notif_${n}`,
    topic: 'conversation.user.created',
  }
  return JSON.stringify({ ...envelope, created_at: now, data })
}

const TEXT = `<p>${'Where is my parcel? It should have come last week. '.repeat(20)}</p>`

async function countRecords(path: string): Promise<number> {
  const engine = await openEngine(path)
  const row = engine.prepare('SELECT count(*) AS count FROM records').get() as { readonly count: number }
  engine.close()
  return row.count
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
