/** When webhooks came is kept over restarts: the last of each topic, and the longest time without one of each day. */
import { expect, test } from 'vitest'
import { updateWebhookActivity, usualGap } from '../../../runtime/health/webhook-activity.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, NOW } from '../../helpers/cli-fake.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

test('remembers topics and gaps, writes once a minute at most, and forgets days', async () => {
  const store = memoryStore({ clock: createFrozenClock() })
  const see = (topics: Record<string, number>) => updateWebhookActivity(store, { topics })
  expect(await see({})).toBeUndefined()
  await see({ opened: NOW })
  expect(await see({ opened: NOW + 1_000 })).toMatchObject({ last: NOW })
  expect(await see({ opened: NOW + 1_000, closed: NOW + 2_000 })).toMatchObject({
    topics: { opened: NOW + 1_000, closed: NOW + 2_000 },
  })
  const later = await see({ opened: NOW + 5 * HOUR })
  expect([later?.topics, later && usualGap(later)]).toEqual([
    { opened: NOW + 5 * HOUR, closed: NOW + 2_000 },
    undefined,
  ])
  await see({ opened: NOW + DAY })
  const known = await see({ opened: NOW + 2 * DAY })
  expect(known && usualGap(known)).toBe(DAY)
  const month = await see({ opened: NOW + 40 * DAY })
  expect(Object.values(month?.gaps ?? {})).toEqual([38 * DAY])
})
