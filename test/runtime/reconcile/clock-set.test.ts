/** This machine's clock is set while webhooks come and get lost: the same events, and none of them as history. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const DAY = 86_400_000
const MINUTE = 60_000

/** The events in Klaviyo when the connector's clock is set by each step in turn, and webhooks get lost meanwhile. */
async function eventsAfter(steps: readonly number[]) {
  const clock = virtualClock()
  let step = 0
  let number = 0
  let seed = 7
  const own = { now: () => clock.now() + step, elapsed: () => clock.now(), sleep: clock.sleep }
  const shop: Awaited<ReturnType<typeof startConnector>> = await startConnector({
    conversations: 30,
    tickets: 20,
    clock,
    // Its own, so that what happens does not depend on what the connector does.
    activityRandom: () => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
      return seed / 2 ** 32
    },
    webhookUrl: () => 'http://localhost/webhooks/intercom',
    fetch: async (request) => (++number % 3 === 0 ? new Response() : shop.connector.receive(request)),
    connector: {
      clock: own,
      store: memoryStore({ clock: own }),
      fetch: async (request) => {
        const side = request.url.startsWith('https://a.klaviyo.com') ? shop.klaviyo : shop.intercom
        const answer = await side.fetch(request)
        answer.headers.set('date', new Date(clock.now()).toUTCString())
        return answer
      },
    },
  })
  const reconcile = () => clock.until(shop.connector.reconcile({ signal: new AbortController().signal }))
  await reconcile()
  for (const next of steps) {
    step = next
    for (let n = 0; n < 15; n++) {
      await clock.until(shop.intercom.act())
      await clock.advance(7_000)
    }
    await shop.work(MINUTE)
    // Past the lag, so that the pass reads what has just happened.
    await clock.advance(5 * MINUTE)
    await reconcile()
    await shop.work(5 * MINUTE)
  }
  const { flowTriggering } = shop.klaviyo.summary()
  const events = shop.klaviyo.events().map(({ metric, time, key }) => `${metric} ${time} ${key}`)
  return { flowTriggering, events: events.sort() }
}

test.each([
  ['ahead by a day and back', [DAY, 0]],
  ['back by a day and ahead', [-DAY, 0]],
  ['ahead by a day, back by two', [DAY, -DAY]],
  ['ahead by a year', [365 * DAY, 365 * DAY]],
])('%s', async (_, steps) => {
  const set = await eventsAfter([0, ...steps])
  expect(set.events.length).toBeGreaterThan(20)
  expect(set).toEqual(await eventsAfter([0, 0, 0]))
})
