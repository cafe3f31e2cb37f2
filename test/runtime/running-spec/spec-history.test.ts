/** The specs that ran: the newest first, bounded, each text once. */
import { expect, test } from 'vitest'
import { addToSpecHistory, noteSpecAuthor, readSpecHistory } from '../../../runtime/running-spec/spec-history.ts'
import { SourceFile } from '../../../runtime/spec/source-file.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock } from '../../helpers/cli-fake.ts'

const specOf = (files: Readonly<Record<string, string>>) =>
  ({ sourceFiles: Object.entries(files).map(([path, text]) => new SourceFile(path, text)) }) as unknown as Spec

const open = () => memoryStore({ clock: createFrozenClock() })

test('keeps the newest first, with who saved it', async () => {
  const store = open()
  await addToSpecHistory(store, specOf({ a: '1', b: '1' }), 1)
  await addToSpecHistory(store, specOf({ a: '2', b: '1' }), 2)
  await addToSpecHistory(store, specOf({ a: '2', b: '1' }), 3)
  const [{ hash } = { hash: '' }] = await readSpecHistory(store)
  await noteSpecAuthor(store, hash, 'Vera')
  const specs = await readSpecHistory(store)
  expect(specs.map(({ at, by, files }) => [at, by, files.map(({ text }) => text).join()])).toEqual([
    [2, 'Vera', '2,1'],
    [1, undefined, '1,1'],
  ])
})

test('one that runs again is the newest', async () => {
  const store = open()
  for (const [at, text] of ['1', '2', '1'].entries()) await addToSpecHistory(store, specOf({ a: text }), at)
  expect((await readSpecHistory(store)).map(({ at, files }) => [at, files[0]?.text])).toEqual([
    [2, '1'],
    [1, '2'],
  ])
})

test('stores a text of several specs once, and no more than fifty', async () => {
  const store = open()
  const large = 'x'.repeat(100_000)
  for (let at = 0; at < 60; at += 1) await addToSpecHistory(store, specOf({ large, small: `${at}` }), at)
  const specs = await readSpecHistory(store)
  expect(specs).toHaveLength(50)
  expect(specs.at(-1)?.files).toEqual([
    { path: 'large', text: large },
    { path: 'small', text: '10' },
  ])
  expect(String(await store.readCheckpoint('spec-history')).length).toBeLessThan(110_000)
})

test('is no larger than two million characters, but keeps the newest', async () => {
  const store = open()
  for (let at = 0; at < 5; at += 1) await addToSpecHistory(store, specOf({ a: `${at}`.repeat(900_000) }), at)
  expect((await readSpecHistory(store)).map(({ at }) => at)).toEqual([4, 3])
  await addToSpecHistory(store, specOf({ a: 'y'.repeat(3_000_000) }), 5)
  expect((await readSpecHistory(store)).map(({ at }) => at)).toEqual([5])
})

test('leaves out a spec that was built without its files', async () => {
  const store = open()
  await addToSpecHistory(store, specOf({}), 1)
  expect(await readSpecHistory(store)).toEqual([])
})
