/** The records that an import read lead to what became of each, as long as they are stored. */
import { expect, test } from 'vitest'
import { recordsReadNote } from '../../../runtime/console/pages/history/records-read.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'

const DAY = 86_400_000

test('lists every event of the records read, and those without one, until retention drops them', async () => {
  const shop = await openConsoleWithConnector({}, { conversations: 12, tickets: 8 })
  const client = shop.browser()
  await client.post('/import/begin', {}, { more: 'metric=Created+Conversation&metric=Created+Ticket' })
  for (let second = 0; second < 120 && (await shop.connector.lastBackfill())?.phase !== 'done'; second++)
    await shop.clock.advance(1_000)
  const run = await shop.connector.lastBackfill()
  if (run === undefined) throw new Error('no import has run')
  const links = async (path: string) =>
    [...(await client.text(path)).matchAll(/<a href="([^"]+)">(every event of them|those without an event)</g)].map(
      ([, href = '']) => href.replaceAll('&amp;', '&'),
    )
  for (const path of ['/history', `/history/${run.run}`]) {
    const [all = '', without = ''] = await links(path)
    expect([all, without]).toEqual([`/events?run=${run.run}`, `/events?metric=-&run=${run.run}`])
    const rows = (await client.text(all.replace('/events?', '/events.csv?'))).trim().split('\n')
    const records = new Set(rows.slice(1).map((row) => row.split(',').at(-2)))
    expect(records.size).toBe(20)
  }
  const { settled } = shop.connector.spec.delivery.retention
  const context = {
    link: (path: string) => path,
    options: { connector: shop.connector, clock: { now: () => (run.endedAt ?? 0) + settled + DAY } },
  }
  const later = String(recordsReadNote(run, context))
  expect(later).toContain('no longer stored')
  expect(later).not.toContain('<a ')
})
