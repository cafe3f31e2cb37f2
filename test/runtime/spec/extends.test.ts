/** A spec over its base: what it changes, what it keeps, and where each value comes from. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { functions as shipped } from '../../../connector/functions/index.ts'
import { namedBases, specFolder } from '../../../connector/spec.ts'
import { isMap, type Kind, merge, mergesMembers } from '../../../runtime/spec/extends/merge.ts'
import { type LoadedSpec, loadSpec } from '../../../runtime/spec/load.ts'
import { loadBundle, type SpecBundle } from '../../../runtime/spec/load-bundle.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { openSpecFolder, type SpecFiles } from '../../../runtime/spec/spec-files.ts'
import { writeBundle } from '../../../runtime/spec/write-bundle.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const base = openSpecFolder(specFolder())

/** Files in memory. */
const filesOf = (texts: Readonly<Record<string, string>>): SpecFiles => ({
  read: async (path) => texts[path],
  list: async (folder) =>
    Object.keys(texts)
      .filter((path) => path.startsWith(folder === '' ? '' : `${folder}/`))
      .map((path) => path.slice(folder === '' ? 0 : folder.length + 1)),
})

const load = (texts: Readonly<Record<string, string>>, bases = namedBases()) =>
  loadSpec('', { functions: shipped, bases, files: filesOf(texts) })

/** What a spec says, without the places it says it in. */
const describeSpec = (spec: Spec | undefined): unknown =>
  JSON.parse(
    JSON.stringify(spec, (key, value) => {
      if (['place', 'at', 'file', 'sourceFiles'].includes(key)) return undefined
      return value instanceof Map || value instanceof Set ? [...value] : value
    }),
  )

const EXTENDS = 'extends: intercom-to-klaviyo\n'

test('a spec that changes nothing is its base', async () => {
  const own = await load({ 'connector.yaml': EXTENDS, 'mappings/created-ticket.yaml': '', 'recipes/own.txt': '' })
  expect(own.diagnostics).toEqual([])
  expect(describeSpec(own.spec)).toEqual(describeSpec((await loadSpec(specFolder(), { functions: shipped })).spec))
})

test('a spec that repeats its base is its base, and is told so', async () => {
  const paths = (await load({ 'connector.yaml': EXTENDS })).files
    .map(({ base }) => base?.overlayPath)
    .filter((path) => path !== undefined)
  const texts = await Promise.all(paths.map(async (path) => [path, (await base.read(path)) ?? ''] as const))
  const copy = Object.fromEntries(texts)
  const own = await load({ ...copy, 'connector.yaml': `${copy['connector.yaml']}\n${EXTENDS}` })
  expect(new Set(own.diagnostics.map(({ code }) => code))).toEqual(new Set(['extends/same-as-base']))
  expect(describeSpec(own.spec)).toEqual(describeSpec((await loadSpec(specFolder(), { functions: shipped })).spec))
})

/** The spec as `connector build` writes it, and as a host loads that. */
async function bundle(own: LoadedSpec): Promise<Spec> {
  const closing = createCleanup()
  try {
    const file = join(temporaryFolder(closing), 'built.mjs')
    writeFileSync(file, writeBundle(own, shipped))
    const { built } = (await import(pathToFileURL(file).href)) as { built: SpecBundle }
    return await loadBundle(built, { functions: shipped })
  } finally {
    await closing.close()
  }
}

test('a bundle holds the base, too', async () => {
  const own = await load({
    'connector.yaml': EXTENDS,
    'mappings/created-ticket.yaml': 'properties: { Category: ~, Kind: category }',
  })
  const bundled = await bundle(own)
  expect(describeSpec(bundled)).toEqual(describeSpec(own.spec))
  const placesOf = (spec: Spec | undefined) => spec?.mappings.map(({ time, contact }) => [time.place, contact.place])
  expect(placesOf(bundled)).toEqual(placesOf(own.spec))
})

test('an update of the base stops neither the spec nor its bundle', async () => {
  const replied = (await base.read('mappings/replied-to-ticket.yaml')) ?? ''
  const files = {
    'connector.yaml': EXTENDS,
    'mappings/resolved-ticket.yaml': 'properties: { Category: ~ }',
    'mappings/submitted-ticket.yaml': 'enabled: false',
    'mappings/closed.yaml': replied.replaceAll('Replied to', 'Closed').replaceAll('replied-to', 'closed'),
  }
  const before = await load(files)
  const lock = before.base?.writeLock() ?? ''
  const updated: SpecFiles = {
    async list(folder) {
      const names = await base.list(folder)
      return folder === 'mappings' ? [...names, 'closed.yaml', 'also-closed.yaml'] : names
    },
    async read(path) {
      if (path === 'mappings/submitted-ticket.yaml') return undefined
      if (path.endsWith('closed.yaml')) return files['mappings/closed.yaml'].replace('each:', 'x-each:')
      return (await base.read(path))?.replace('  Category: category\n', '')
    },
  }
  const after = await load({ ...files, 'connector.lock.yaml': lock }, new Map([['intercom-to-klaviyo', updated]]))
  expect(after.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(after.spec?.mappings.map(({ metric }) => metric)).toEqual(before.spec?.mappings.map(({ metric }) => metric))
  expect(after.spec?.mappings.find(({ metric }) => metric === 'Closed Ticket')?.each).toBeDefined()
  expect(describeSpec(await bundle(after))).toEqual(describeSpec(after.spec))
})

test.each<[string, Kind, own: unknown, base: unknown, merged: unknown]>([
  [
    'members are merged',
    'mapping',
    { properties: { A: 'b', C: 'c' } },
    { properties: { A: 'a', B: 'b' } },
    { properties: { A: 'b', B: 'b', C: 'c' } },
  ],
  ['lists are replaced', 'mapping', { include: ['_b'] }, { include: ['_a'] }, { include: ['_b'] }],
  [
    'a long form is merged',
    'properties',
    { properties: { A: { type: 'list' } } },
    { properties: { A: { expr: 'a' } } },
    { properties: { A: { expr: 'a', type: 'list' } } },
  ],
  [
    'a long form replaces a short one',
    'properties',
    { properties: { A: { expr: 'b' } } },
    { properties: { A: 'a' } },
    { properties: { A: { expr: 'b' } } },
  ],
  [
    'what to do without a value is replaced',
    'properties',
    { properties: { A: { whenMissing: { default: { x: 1 } } } } },
    { properties: { A: { whenMissing: { skip: 'no-a' } } } },
    { properties: { A: { whenMissing: { default: { x: 1 } } } } },
  ],
  [
    'a definition is replaced',
    'recipe',
    { definition: { b: 1 } },
    { segment: 'S', definition: { a: 1 } },
    { segment: 'S', definition: { b: 1 } },
  ],
  [
    'a setting is removed',
    'connector',
    { reconcile: null },
    { reconcile: { every: '5m' }, summary: 's' },
    { summary: 's' },
  ],
  [
    'a property stays removed where sets are included',
    'mapping',
    { properties: { A: null } },
    { properties: { A: 'a' } },
    { properties: { A: null } },
  ],
  [
    'an empty value is a field',
    'fields',
    { ticket: { a: null } },
    { ticket: { a: 'text', b: 'text' } },
    { ticket: { a: null, b: 'text' } },
  ],
])('%s', (_, kind, own, base, merged) => {
  expect(merge(kind, own, base).value).toEqual(merged)
})

/** The least that turns one document into another. */
function difference(kind: Kind, from: unknown, to: unknown, path: readonly string[] = []): unknown {
  if (!isMap(from) || !isMap(to) || !mergesMembers(kind, path)) return to
  const removed = Object.keys(from).filter((name) => !Object.hasOwn(to, name))
  const changed = Object.keys(to).filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
  return Object.fromEntries([
    ...removed.map((name) => [name, null] as const),
    ...changed.map(
      (name) => [name, name in from ? difference(kind, from[name], to[name], [...path, name]) : to[name]] as const,
    ),
  ])
}

test('any document can be changed into any other', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 2 }))
  const map = <T>(names: readonly string[], value: fc.Arbitrary<T>) =>
    fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true })
  const lookup = map(['key', 'get', 'ttl', 'emptyKeys', 'permission'], leaf)
  const document = map(
    ['connector', 'lookups', 'source', 'x-own', 'delivery'],
    fc.oneof(leaf, map(['a', 'b', 'headers', 'hosts'], fc.oneof(leaf, lookup))),
  )
  const property = fc.property(document, document, (from, to) => {
    expect(merge('connector', difference('connector', from, to), from).value).toEqual(to)
  })
  fc.assert(property, { numRuns: 500 })
})
