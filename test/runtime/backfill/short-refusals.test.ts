/** One answer that blames our settings does not end an import; one that stays does. */
import { expect, test } from 'vitest'
import type { BackfillProgress } from '../../../runtime/backfill/types.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

async function importWith(intercept: (request: Request) => Response | undefined) {
  const shop = await startConnector({ conversations: 20, tickets: 20, intercept })
  const run = async () => {
    let last: BackfillProgress | undefined
    for await (const progress of shop.connector.backfill({ signal: new AbortController().signal })) last = progress
    return last
  }
  const last = await shop.clock.until(run())
  return { last, events: shop.klaviyo.events(), summary: shop.klaviyo.summary() }
}

const REQUESTS = ['/me', '/contacts', '/conversations', '/tickets', '/api/accounts', 'bulk']

const cases = REQUESTS.flatMap((path) => [401, 403, 302].map((status) => [status, path] as const))

const whole = await importWith(() => undefined)

test.each(cases)('a %i of %s, twice', async (status, path) => {
  let left = 2
  const { last, events, summary } = await importWith(({ url }) =>
    new URL(url).pathname.includes(path) && left-- > 0 ? new Response(null, { status }) : undefined,
  )
  expect(left).toBeLessThan(2)
  expect(last).toMatchObject({ phase: 'done', dead: 0, waiting: 0 })
  expect(events.length).toBe(whole.events.length)
  expect(summary).toMatchObject({ duplicates: 0, flowTriggering: 0 })
})

test('a 401 that stays ends it with its fault', async () => {
  const refuse = ({ url }: Request) =>
    new URL(url).pathname.startsWith('/conversations') ? new Response(null, { status: 401 }) : undefined
  await expect(importWith(refuse)).rejects.toMatchObject({ kind: 'config', code: 'intercom/unauthorized' })
})
