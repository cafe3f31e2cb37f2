/** The specs that ran: the newest first, all of them, each text once. */
import { expect, test } from 'vitest'
import {
  addFirstSpec,
  addToSpecHistory,
  findInSpecHistory,
  noteSpecAuthor,
  readSpecHistory,
} from '../../../runtime/running-spec/spec-history.ts'
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

test('one that runs again has a row for each time, and notes its author on the newest', async () => {
  const store = open()
  for (const [at, text] of ['1', '2', '1'].entries()) await addToSpecHistory(store, specOf({ a: text }), at)
  const [{ hash } = { hash: '' }] = await readSpecHistory(store)
  await noteSpecAuthor(store, hash, 'Vera')
  const specs = await readSpecHistory(store)
  expect(specs.map(({ at, by, files }) => [at, by, files[0]?.text])).toEqual([
    [2, 'Vera', '1'],
    [1, undefined, '2'],
    [0, undefined, '1'],
  ])
  expect([undefined, 0, 1].map((at) => findInSpecHistory(specs, hash, at))).toEqual([0, 2, 0])
  expect(findInSpecHistory(specs, 'none')).toBe(-1)
})

test('the spec of a process is added only where it is not kept', async () => {
  const store = open()
  await addFirstSpec(store, specOf({ a: '1' }), 1)
  await addToSpecHistory(store, specOf({ a: '2' }), 2)
  await addFirstSpec(store, specOf({ a: '1' }), 3)
  expect((await readSpecHistory(store)).map(({ at }) => at)).toEqual([2, 1])
})

test('keeps all, a text of several specs once, and changes of a text next to nothing', async () => {
  const store = open()
  const lines = Array.from({ length: 3_000 }, (_, at) => `Property ${at}: field_${(at * 7919) % 3001}`)
  const large = lines.join('\n')
  for (let at = 0; at < 200; at += 1)
    await addToSpecHistory(
      store,
      specOf({
        large,
        small: lines
          .slice(0, 100)
          .with(at % 100, `Other: ${at}`)
          .join(),
      }),
      at,
    )
  const specs = await readSpecHistory(store)
  expect(specs).toHaveLength(200)
  expect(specs.at(-1)?.files[0]).toEqual({ path: 'large', text: large })
  expect(specs.some(({ hasEarlier }) => hasEarlier)).toBe(false)
  const stored = String(await store.readCheckpoint('spec-history')).length
  expect(stored).toBeLessThan(1.5 * large.length)
})

test('reads what an earlier version wrote, and adds to it', async () => {
  const store = open()
  const former = { specs: [{ hash: 'abc', at: 1, by: 'Vera', files: [['a', 0]] }], texts: ['1'] }
  await store.compareAndSwapCheckpoint('spec-history', undefined, JSON.stringify(former))
  await addToSpecHistory(store, specOf({ a: '2' }), 2)
  expect((await readSpecHistory(store)).map(({ at, by, files }) => [at, by, files[0]?.text])).toEqual([
    [2, undefined, '2'],
    [1, 'Vera', '1'],
  ])
})

test('of very large ones keeps the newest, and says that there were earlier ones', async () => {
  const store = open()
  for (let at = 0; at < 4; at += 1) await addToSpecHistory(store, specOf({ a: `${at}`.repeat(20_000_000) }), at)
  expect((await readSpecHistory(store)).map(({ at, hasEarlier }) => [at, hasEarlier])).toEqual([
    [3, undefined],
    [2, true],
  ])
  await addToSpecHistory(store, specOf({ a: 'y'.repeat(60_000_000) }), 5)
  expect((await readSpecHistory(store)).map(({ at, hasEarlier }) => [at, hasEarlier])).toEqual([[5, true]])
})

test('leaves out a spec that was built without its files', async () => {
  const store = open()
  await addToSpecHistory(store, specOf({}), 1)
  expect(await readSpecHistory(store)).toEqual([])
})
