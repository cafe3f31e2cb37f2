/** A house that has been lived in: a month of events, an import that is done, some of everything that can go wrong. */
import type { Closers } from '../helpers/processes.ts'
import { type House, house } from './app-under-test.ts'

const HOUR = 3_600_000

/** What Klaviyo says of a property that it cannot take. */
const REFUSAL = {
  id: '5f2c1b7e-0000-4000-8000-000000000001',
  status: 400,
  code: 'invalid',
  title: 'Invalid input.',
  detail: 'Invalid input.',
  source: { pointer: '/data/attributes/value' },
}

/** `refuse` decides whether the destination takes events. */
export async function furnished(closing: Closers, { days = 2 } = {}): Promise<House & { refuse(on: boolean): void }> {
  let refusing = false
  const it = await house(closing, {
    conversations: 60,
    tickets: 40,
    instead: async (request) =>
      refusing && request.method === 'POST' && new URL(request.url).pathname === '/api/events'
        ? Response.json({ errors: [REFUSAL] }, { status: 400 })
        : undefined,
  })
  const refuse = (on: boolean) => {
    refusing = on
  }
  await bringInHistory(it)
  for (let hour = 0; hour < days * 24; hour++) await busyHour(it, hour)
  for (const id of ['901', '902']) await it.notify('ticket.created', { type: 'ticket', id }, `n-${id}`)
  const [person] = await it.people()
  refuse(true)
  if (person) await it.rate('903', person)
  await it.work(3_000)
  refuse(false)
  if (person) await it.rate('904', person)
  await it.work(3_000)
  return { ...it, refuse }
}

/** More by day than by night. */
async function busyHour(it: House, hour: number): Promise<void> {
  const times = Math.round(3 - 3 * Math.cos(((it.clock.now() / HOUR) % 24) * (Math.PI / 12)))
  for (let each = 0; each < times + (hour % 3); each++) await it.intercom.act()
  const late = 200 + 100 * (hour % 7)
  await it.clock.pass(late)
  await it.work(3_000)
  await it.clock.pass(HOUR - late - 3_000)
}

async function bringInHistory(it: House): Promise<void> {
  const over = new AbortController()
  const read = async () => {
    for await (const _ of it.connector.backfill({ signal: over.signal })) void _
    over.abort()
  }
  const reading = read()
  while (!over.signal.aborted) await it.work(2_000)
  await reading
}
