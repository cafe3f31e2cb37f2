/** Any schedule of losses, delays, crashes and faults ends with the events of the undisturbed run, each once. */
import { expect, test } from 'vitest'
import { checkSchedule } from '../../helpers/deliveries/check.ts'

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1)

// `npm run fuzz -- deliveries` plays more of them. A busy machine takes long.
test.each(SEEDS)('schedule %i', async (seed) => expect(await checkSchedule(seed)).toBeUndefined(), 120_000)
