/** A promise that never settles fails its case. */
import { expect, test } from 'vitest'
import { endInTime } from '../../../../runtime/conformance/contracts/end-in-time.ts'

test('a promise that settles ends as it does', async () => {
  expect(await endInTime(Promise.resolve('value'), 1)).toBe('value')
  await expect(endInTime(Promise.reject(new Error('its own')), 1)).rejects.toThrow('its own')
})

test('a promise that never settles is an error', async () => {
  await expect(endInTime(new Promise(() => undefined), 10)).rejects.toThrow('has not ended within 0.01 s')
})
