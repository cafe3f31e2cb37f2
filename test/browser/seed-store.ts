/** An app with data: days of live events, a finished import, and records that failed in every way. */
import type { Cleanup } from '../helpers/processes/processes.ts'
import { type AppUnderTest, startApp } from './app-under-test.ts'

const HOUR = 3_600_000

/** Klaviyo's response to an invalid property. */
const REJECTION = {
  id: '5f2c1b7e-0000-4000-8000-000000000001',
  status: 400,
  code: 'invalid',
  title: 'Invalid input.',
  detail: 'Invalid input.',
  source: { pointer: '/data/attributes/properties/A property with a long name of several words' },
}

/** `reject` switches whether the destination rejects events. */
export async function startSeededApp(
  closing: Cleanup,
  { days = 2 } = {},
): Promise<AppUnderTest & { reject(on: boolean): void }> {
  let isRejecting = false
  const it = await startApp(closing, {
    conversations: 60,
    tickets: 40,
    instead: async (request) =>
      isRejecting && request.method === 'POST' && new URL(request.url).pathname === '/api/events'
        ? Response.json({ errors: [REJECTION] }, { status: 400 })
        : undefined,
  })
  const reject = (on: boolean) => {
    isRejecting = on
  }
  await importHistory(it)
  for (let hour = 0; hour < days * 24; hour++) await busyHour(it, hour)
  for (const id of ['901', '902']) await it.notify('ticket.created', { type: 'ticket', id }, `n-${id}`)
  const [person] = await it.people()
  reject(true)
  if (person) await it.rate('903', person)
  await it.work(3_000)
  reject(false)
  if (person) await it.rate('904', person)
  await it.work(3_000)
  return { ...it, reject }
}

/** More events by day than by night. */
async function busyHour(it: AppUnderTest, hour: number): Promise<void> {
  const times = Math.round(3 - 3 * Math.cos(((it.clock.now() / HOUR) % 24) * (Math.PI / 12)))
  for (let each = 0; each < times + (hour % 3); each++) await it.intercom.act()
  const late = 200 + 100 * (hour % 7)
  await it.clock.advance(late)
  await it.work(3_000)
  await it.clock.advance(HOUR - late - 3_000)
}

async function importHistory(it: AppUnderTest): Promise<void> {
  const over = new AbortController()
  const read = async () => {
    for await (const _ of it.connector.backfill({ signal: over.signal })) void _
    over.abort()
  }
  const reading = read()
  while (!over.signal.aborted) await it.work(2_000)
  await reading
}
