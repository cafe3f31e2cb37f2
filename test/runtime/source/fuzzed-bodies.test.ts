/** Whatever a signed notification holds: it is answered 200, 400 or 413, and ends as a fault of its data at the worst. */
import { expect, test } from 'vitest'
import { checkBodies } from '../../helpers/bodies/check.ts'

// `npm run fuzz -- webhooks` sends more of them. A busy machine takes long.
test('300 mutated notifications', async () => {
  const { tally, failures } = await checkBodies({ count: 300, seed: 1 })
  expect(failures).toEqual([])
  // Otherwise the mutations leave nothing to map, or change nothing.
  expect(tally.delivered).toBeGreaterThan(50)
  expect(tally['400']).toBeGreaterThan(5)
}, 120_000)
