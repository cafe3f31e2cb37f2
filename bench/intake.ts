/** Webhooks into a real `connector start` with its store on disk: how many a second, and how long each waits for its 200. */
import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { openEngine } from '../runtime/store/sqlite/engine.ts'
import { start, temporaryFolder, unlimitedSpec, where } from './processes.ts'
import type { Table } from './report.ts'

const CONNECTIONS = [1, 64]
/** Milliseconds each. */
const WARM_UP = 2_000
const MEASURED = 10_000

export async function run(): Promise<readonly Table[]> {
  const rows = []
  for (const connections of CONNECTIONS) rows.push(await intake(connections))
  return [
    {
      title: 'Webhook intake: signature checked, on disk (fsync), then 200',
      rows,
      notes: [`${where}; the same process delivers what it took in`],
    },
  ]
}

async function intake(connections: number) {
  const folder = temporaryFolder()
  const sandbox = start('./sandbox-process', ['--conversations', '10', '--tickets', '2'], { core: 1 })
  const settings = (await sandbox.said) as Record<string, string>
  const store = join(folder.path, 'store.db')
  const env = { ...settings, CONNECTOR_STORE: `sqlite:${store}`, CONNECTOR_SPEC: unlimitedSpec(folder.path) }
  const connector = start('../connector/main', ['start', '--port', '0', '--json'], { core: 0, env })
  const { webhook } = (await connector.said) as Record<string, string>
  const to = { url: webhook ?? '', secret: settings.INTERCOM_CLIENT_SECRET ?? '', person: await somebody(settings) }
  const notify = notifier(to, connections)

  await notify(WARM_UP)
  const waits = await notify(MEASURED)
  const [sent, used] = [notify.accepted(), await connector.stop()]
  await sandbox.stop()
  const kept = await rowsIn(store)
  folder.remove()
  if (kept < sent) throw new Error(`${sent} webhooks were answered 200, and ${kept} are in the store`)
  return {
    connections,
    'requests/s': Math.round(waits.length / (MEASURED / 1000)),
    'p50 ms': quantile(waits, 0.5),
    'p99 ms': quantile(waits, 0.99),
    'answered 200': sent,
    'in the store': kept,
    'CPU s': used.cpu,
    'MB at most': Math.round(used.rss),
  }
}

/** Sends notifications one after another on each connection for some time. Resolves to how long each waited, milliseconds. */
function notifier({ url, secret, person }: { url: string; secret: string; person: string }, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let n = 0
  let accepted = 0
  const notify = async (ms: number): Promise<number[]> => {
    const waits: number[] = []
    const until = performance.now() + ms
    const line = async () => {
      while (performance.now() < until) {
        const body = notification(n++, person)
        const signature = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`
        const from = performance.now()
        if ((await post(url, body, signature, agent)) !== 200) continue
        accepted += 1
        waits.push(performance.now() - from)
      }
    }
    await Promise.all(Array.from({ length: connections }, line))
    return waits
  }
  return Object.assign(notify, { accepted: () => accepted })
}

function post(url: string, body: string, signature: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-hub-signature': signature }
    const going = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    going.on('error', reject).end(body)
  })
}

/** A contact that the local Intercom knows. */
async function somebody({
  INTERCOM_BASE_URL,
  INTERCOM_ACCESS_TOKEN,
}: Readonly<Record<string, string>>): Promise<string> {
  const headers = { authorization: `Bearer ${INTERCOM_ACCESS_TOKEN}` }
  const answer = await fetch(`${INTERCOM_BASE_URL}/contacts?per_page=1`, { headers })
  const { data } = (await answer.json()) as { readonly data: readonly { readonly id: string }[] }
  return data[0]?.id ?? ''
}

/** A new conversation, in two kilobytes, as they usually are. */
function notification(n: number, person: string): string {
  const now = Math.floor(Date.now() / 1000)
  const contact = { type: 'contact', id: person, external_id: null }
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
      author: { type: 'user', id: person },
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

async function rowsIn(path: string): Promise<number> {
  const engine = await openEngine(path)
  const row = engine.prepare('SELECT count(*) AS count FROM records').get() as { readonly count: number }
  engine.close()
  return row.count
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
