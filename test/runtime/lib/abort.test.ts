/** A controller that is linked to signals. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { linkAbort } from '../../../runtime/lib/abort.ts'

test('aborts with any of the signals, and at once if one has aborted', () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const { stop, unlink } = linkAbort(first.signal, undefined, second.signal)
  expect(stop.signal.aborted).toBe(false)
  second.abort()
  expect(stop.signal.aborted).toBe(true)
  unlink()
  expect(linkAbort(undefined, second.signal).stop.signal.aborted).toBe(true)
})

test('leaves the signals once it is unlinked, and aborts none of them', () => {
  const { signal } = new AbortController()
  const { stop, unlink } = linkAbort(signal)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  unlink()
  stop.abort()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  expect(signal.aborted).toBe(false)
})
