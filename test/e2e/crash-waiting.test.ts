/** kill -9 while events wait for their contacts, and while they are released: each arrives once. Real processes and sockets. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock, systemRandom } from '../../runtime/system.ts'
import {
  createCleanup,
  postSigned,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const LEADS = 20
const leadOf = (n: number) => `lead${n % LEADS}`
const addressOf = (lead: string) => `${lead}@mail.sandbox-shop.com`

function notification(id: string, topic: string, item: object): string {
  const created_at = Math.floor(systemClock.now() / 1000)
  const envelope = { type: 'notification_event', app_id: 'sandbox1', id, topic, created_at }
  return JSON.stringify({ ...envelope, data: { type: 'notification_event_data', item } })
}

function message(n: number): string {
  const lead = leadOf(n)
  return notification(`message${n}`, 'conversation.user.created', {
    type: 'conversation',
    id: `${7_000_000 + n}`,
    created_at: Math.floor(systemClock.now() / 1000),
    source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'lead', id: lead, email: '' } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: lead }] },
  })
}

/** The number of waiting events, by the process itself. */
async function countWaiting(webhook: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', webhook))).text()
  return Number(/^connector_waiting_events\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

test('events that wait, and their release, survive five kills', async () => {
  const identified = new Set<string>()
  const contact = (id: string) => {
    const email = identified.has(id) ? addressOf(id) : null
    return { type: 'contact', id, role: 'lead', email, updated_at: Math.floor(systemClock.now() / 1000) }
  }
  const { klaviyo, env } = await startSandbox(closing, {
    conversations: 10,
    tickets: 10,
    intercept: ({ url }) => {
      const [, id] = /\/contacts\/(lead\d+)$/.exec(url) ?? []
      return id === undefined ? undefined : Response.json(contact(id))
    },
  })
  const store = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
  const start = () => startProcess(['start', '--port', '0', '--store', store, '--json'], env, closing)

  const acknowledged = new Set<number>()
  let n = 0
  for (let kills = 0; kills < 2; kills++) {
    const process = start()
    const { webhook = '' } = await process.firstOutput
    let alive = true
    const sending = Array.from({ length: 8 }, async () => {
      while (alive) {
        const mine = n++
        if (await postSigned(webhook, message(mine))) acknowledged.add(mine)
      }
    })
    await systemClock.sleep(300 + systemRandom() * 400)
    // Fewer would prove nothing; a busy machine takes longer for them.
    await waitUntil('enough is acknowledged', () => acknowledged.size > 10 * (kills + 1))
    await process.kill('SIGKILL')
    alive = false
    await Promise.all(sending)
  }

  let process = start()
  let { webhook = '' } = await process.firstOutput
  await waitUntil('all wait', async () => (await countWaiting(webhook)) >= acknowledged.size, 60_000)
  expect(klaviyo.events({ metric: 'Created Conversation' })).toEqual([])

  for (let i = 0; i < LEADS; i++) {
    const lead = leadOf(i)
    identified.add(lead)
    const notice = () => notification(`address${i}`, 'contact.lead.added_email', contact(lead))
    while (!(await postSigned(webhook, notice()))) await systemClock.sleep(20)
    if (i % 7 !== 6 && i !== LEADS - 1) continue
    await systemClock.sleep(systemRandom() * 60)
    await process.kill('SIGKILL')
    process = start()
    webhook = (await process.firstOutput).webhook ?? ''
  }
  const arrived = () => klaviyo.events({ metric: 'Created Conversation' })
  const numbersOf = () => arrived().map(({ key }) => Number(key?.split(':').at(-1)) - 7_000_000)
  // A count would not do: events whose answer a kill cut off arrive as well, while records that were in work come last.
  const allArrived = () => [...acknowledged].every((id) => numbersOf().includes(id))
  await waitUntil('all arrive', allArrived, 90_000)
  await waitUntil('none waits', async () => (await countWaiting(webhook)) === 0)
  expect(await process.kill('SIGTERM')).toBe(0)

  const numbers = numbersOf()
  expect(acknowledged.size).toBeGreaterThan(20)
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const id of acknowledged) expect(numbers).toContain(id)
  for (const { key, email } of arrived()) {
    expect(email).toBe(addressOf(leadOf(Number(key?.split(':').at(-1)) - 7_000_000)))
  }
}, 180_000)
