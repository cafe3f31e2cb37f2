/** Webhook delivery of the local Intercom: one attempt, one retry after a minute, then none. */
import { describe, expect, test } from 'vitest'
import { createSubscriber, openIntercom } from '../helpers/open-intercom.ts'

const status = (code: number) => () => new Response(null, { status: code })

describe('delivery', () => {
  /** Runs one action with a single notification, waits 90 seconds, and returns the received notifications. */
  async function deliver(answer: Parameters<typeof createSubscriber>[0]) {
    const { received, ...subscribed } = createSubscriber(answer)
    // The first draw picks the act: 0 begins a conversation.
    const { box, clock } = openIntercom({ ...subscribed, random: () => 0 })
    const acted = box.act()
    await clock.advance(5_000)
    await acted
    const first = received.length
    await clock.advance(90_000)
    const statuses = received.map(({ note }) => [note.delivery_status, note.delivery_attempts])
    return { box, clock, first, statuses, note: box.notifications()[0] }
  }

  test.each<[string, Parameters<typeof createSubscriber>[0], string, number]>([
    ['taken at once', status(200), 'delivered', 1],
    ['refused, then taken', (_, nth) => new Response(null, { status: nth === 1 ? 500 : 200 }), 'delivered', 2],
    ['refused twice', status(500), 'lost', 2],
    ['refused for what it is', status(401), 'lost', 2],
    ['cut off twice', () => Promise.reject(new TypeError('fetch failed')), 'lost', 2],
    ['never answered', () => new Promise(() => {}), 'lost', 2],
    ['gone', status(410), 'lost', 1],
  ])('%s', async (_, answer, end, attempts) => {
    const { first, statuses, note } = await deliver(answer)
    expect(first).toBe(1)
    expect(note).toMatchObject({ topic: 'conversation.user.created', status: end, attempts })
    expect(statuses).toEqual(
      [
        ['pending', 1],
        ['retry', 2],
      ].slice(0, attempts),
    )
  })

  test('410 ends the subscription', async () => {
    const { box, statuses } = await deliver(status(410))
    await box.act()
    expect([statuses.length, box.notifications().length]).toEqual([1, 1])
  })

  test('429 delays without counting an attempt', async () => {
    const { note } = await deliver((_, nth) => new Response(null, { status: nth === 1 ? 429 : 200 }))
    expect(note).toMatchObject({ status: 'delivered', attempts: 1 })
  })

  test('closing leaves no pending sleep', async () => {
    const { box, clock } = await deliver(status(500))
    await box.act()
    box.close()
    await clock.advance(0)
    expect(clock.sleeping).toBe(0)
  })

  test('sends nothing without a subscription', async () => {
    const { box } = openIntercom()
    await box.act()
    expect(box.notifications()).toEqual([])
  })
})
