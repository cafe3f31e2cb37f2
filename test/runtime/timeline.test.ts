/** The timeline: newest first, in pages, without a second entry for what two processes see, and without losing any. */
import { expect, test } from 'vitest'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { addToTimeline, readTimeline } from '../../runtime/timeline.ts'
import { createFrozenClock, NOW } from '../helpers/cli-fake.ts'

const open = () => memoryStore({ clock: createFrozenClock() })

test('keeps all entries in pages, the newest first', async () => {
  const store = open()
  for (let i = 0; i < 150; i++) await addToTimeline(store, { at: NOW + i, kind: 'retry', text: `Retry ${i}` })
  const newest = await readTimeline(store)
  expect(newest.entries.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, i) => `Retry ${149 - i}`))
  const first = await readTimeline(store, newest.earlier)
  expect([first.entries.length, first.entries.at(-1)?.text, first.earlier]).toEqual([100, 'Retry 0', undefined])
})

test('what two processes see at once is one entry, the same later is another', async () => {
  const store = open()
  const entry = { kind: 'state', text: 'Healthy' } as const
  await Promise.all([addToTimeline(store, { ...entry, at: NOW }), addToTimeline(store, { ...entry, at: NOW + 5 })])
  await addToTimeline(store, { ...entry, at: NOW + 3_600_000 })
  await addToTimeline(store, { ...entry, at: NOW + 3_600_001, by: 'Ann' })
  expect((await readTimeline(store)).entries.map(({ at }) => at - NOW)).toEqual([3_600_001, 3_600_000, 0])
})

test('entries added at the same time are all kept', async () => {
  const store = open()
  const texts = Array.from({ length: 120 }, (_, i) => `Entry ${i}`)
  await Promise.all(texts.map((text) => addToTimeline(store, { at: NOW, kind: 'retry', text })))
  const newest = await readTimeline(store)
  const first = await readTimeline(store, newest.earlier)
  expect([...newest.entries, ...first.entries].map(({ text }) => text).sort()).toEqual(texts.sort())
})
