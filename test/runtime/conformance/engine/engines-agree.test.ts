/** Every plain case of the kit gives the same by the map engine as by a whole connector. */
import { expect, test } from 'vitest'
import type { CaseResult } from '../../../../runtime/conformance/types.ts'
import { loadKit, mapEngine, pipelineEngine } from '../../../helpers/conformance/shipped-kit.ts'

/** A poll is news of what it sends alone: it leaves out what it skips, since it reads the same record again and again. */
const comparable = ({ occurrences }: CaseResult, isPolled: boolean) =>
  isPolled ? occurrences.filter((one) => !('skipped' in one)) : occurrences

const cases = await loadKit('cases')

test.each(cases.map((one) => [one.input.id, one] as const))('%s', async (_, { input, ingress }) => {
  const isPolled = ingress === 'reconcile'
  const mapped = comparable(await mapEngine.run(input), isPolled)
  expect(comparable(await pipelineEngine.run(input), isPolled)).toEqual(mapped)
})
