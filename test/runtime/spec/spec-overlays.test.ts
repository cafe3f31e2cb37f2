/** Overlays of many tenants: the same spec as loaded on its own, sharing what they do not change, in kilobytes and milliseconds. */
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { intercomToKlaviyo, loadConnectorSpec, loadOverlay } from '../../../connector/index.ts'
import { namedBases } from '../../../connector/spec.ts'
import { vendorRules } from '../../../connector/spec-rules.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import type { SourceFile } from '../../../runtime/spec/source-file.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import type { Overlay } from '../../../runtime/spec/spec-overlays.ts'

const shared = await loadConnectorSpec()
const rated = (text: string): Overlay => ({ 'mappings/rated-conversation.yaml': text })
const SHOP = rated('properties:\n  Shop: \'"Harbour Books"\'\n')

/** As data: an expression is its text and place. Paths of the base are named after it in both. */
const toData = (spec: Spec): unknown =>
  JSON.parse(
    JSON.stringify(spec, (name, value: unknown) => {
      if (name === 'sourceFiles')
        return (value as SourceFile[]).map(({ path, base }) => [path, base?.overlayPath]).sort()
      if (value instanceof Map) return [...value]
      if (value instanceof Set) return [...value].sort()
      if (value instanceof RegExp) return String(value)
      if (typeof value === 'object' && value !== null && 'evaluate' in value && 'place' in value)
        return [value.place, 'text' in value ? value.text : undefined]
      return value
    }),
  )

/** On its own, as a folder that extends the shipped spec. */
async function loadAlone(overlay: Overlay): Promise<Spec> {
  const texts: Overlay = {
    ...overlay,
    'connector.yaml': `${overlay['connector.yaml'] ?? ''}\nextends: "intercom-to-klaviyo"\n`,
  }
  const files = {
    read: async (path: string) => texts[path],
    list: async (folder: string) =>
      Object.keys(texts).flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [])),
  }
  const { spec, diagnostics } = await loadSpec('', { functions, rules: vendorRules, files, bases: namedBases() })
  if (spec === undefined) throw new Error(diagnostics.map(({ message }) => message).join())
  return spec
}

const OVERLAYS: Readonly<Record<string, Overlay>> = {
  nothing: {},
  'a property': SHOP,
  'a property removed': rated('properties:\n  Rating Given To: ~\n'),
  'a metric turned off': rated('enabled: false\n'),
  'a metric of its own': {
    'mappings/closed-conversation.yaml': readFileSync(new URL('../../../README.md', import.meta.url), 'utf8').match(
      /```yaml\n((?:(?!```)[\s\S])*?Closed Conversation[\s\S]*?)```/,
    )?.[1] as string,
  },
  'a setting of delivery': { 'connector.yaml': 'delivery: { liveWindow: 12h }\n' },
  'the limit of the destination': { 'connector.yaml': 'destination: { bulkThreshold: 77 }\n' },
  'the source': { 'connector.yaml': 'source: { timeout: 11s }\n' },
  'a topic ignored': { 'connector.yaml': 'webhook: { ignoredTopics: [ticket.note.created] }\n' },
  'a lookup, by which mappings are compiled': { 'connector.yaml': 'lookups: { admin: { ttl: 3m } }\n' },
  'the profile': { 'mappings/profile.yaml': 'properties:\n  Shop: \'"Harbour Books"\'\n' },
}

describe('gives the same spec as a folder of its own', () => {
  test.each(Object.keys(OVERLAYS))('%s', async (name) => {
    const overlay = OVERLAYS[name] ?? {}
    const alone = await loadAlone(overlay)
    expect(toData(await loadOverlay(shared, overlay))).toEqual(toData(alone))
  })
})

describe('shares what it leaves as it is', () => {
  test('the mappings of other files, and the sections', async () => {
    const [one, other, plain] = await Promise.all(
      [SHOP, rated('properties:\n  Shop: \'"Other"\'\n'), {}].map((overlay) => loadOverlay(shared, overlay)),
    )
    if (!one || !other || !plain) throw new Error('not loaded')
    const own = one.mappings.filter((mapping) => !plain.mappings.includes(mapping))
    expect(own.map(({ metric }) => metric)).toEqual(['Rated Conversation'])
    for (const name of [
      'source',
      'destination',
      'webhook',
      'profile',
      'people',
      'resources',
      'streams',
      'lookups',
    ] as const)
      expect([name, one[name] === other[name]]).toEqual([name, true])
    // Parsed and linked texts, too: the changed mapping runs the compiled code of the others.
    expect(one.mappings.some((mapping) => other.mappings.includes(mapping))).toBe(true)
  })

  test('and nothing of one tenant shows in another', async () => {
    const data = JSON.parse(
      readFileSync(new URL('../../../conformance/fixtures/conversation.json', import.meta.url), 'utf8'),
    )
    data.conversation_rating = { rating: 5, created_at: data.created_at, contact: { id: data.contacts.contacts[0].id } }
    const names = ['Harbour Books', 'Corner Shop', undefined]
    const seen = await Promise.all(
      names.map(async (name) => {
        const overlay = name && rated(`properties:\n  Shop: '"${name}"'\n`)
        const connector = await intercomToKlaviyo({ settings: { spec: shared }, ...(overlay && { overlay }) })
        const { items } = await connector.preview({ topic: 'conversation.rating.added', data, workspace: 'w' })
        const [event] = items.flatMap((item) =>
          'properties' in item && item.metric === 'Rated Conversation' ? [item] : [],
        )
        return (event?.properties as Readonly<Record<string, unknown>> | undefined)?.Shop
      }),
    )
    expect(seen).toEqual(names)
  })
})

test('a tenant costs kilobytes and milliseconds, and nothing once it is gone', async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const load = (index: number) => loadOverlay(shared, rated(`properties:\n  Shop: '"shop ${index}"'\n`))
  for (let i = 0; i < 10; i++) await load(i)
  const used = () => {
    gc()
    return process.memoryUsage().heapUsed / 1_000
  }
  const kept: Spec[] = []
  const before = used()
  const start = performance.now()
  for (let i = 0; i < 40; i++) kept.push(await load(i))
  const ms = (performance.now() - start) / 40
  // 51 kB and 15 to 20 ms on two busy cores; 2,640 kB and 540 ms on its own.
  expect((used() - before) / kept.length).toBeLessThan(120)
  expect(ms).toBeLessThan(120)
  kept.length = 0
  for (let i = 0; i < 40; i++) await load(i)
  expect(used() - before).toBeLessThan(600)
})

describe('refuses', () => {
  test('mistakes, with their place in the overlay', async () => {
    await expect(loadOverlay(shared, rated('properties:\n  Shop: titel(\n'))).rejects.toMatchObject({
      kind: 'config',
      code: 'spec/invalid',
      message: expect.stringContaining('mappings/rated-conversation.yaml:2:'),
    })
    await expect(loadOverlay(shared, { 'connector.yaml': 'delivry: {}\n' })).rejects.toThrow(
      /connector\.yaml:1:1.*unknown key/,
    )
    await expect(loadOverlay(shared, { 'mappings/rated-conversaton.yaml': 'properties:\n  A: id\n' })).rejects.toThrow(
      /did you mean/,
    )
    // And goes on.
    expect((await loadOverlay(shared, SHOP)).mappings).toHaveLength(shared.mappings.length)
  })

  test('another base', async () => {
    await expect(loadOverlay(shared, { 'connector.yaml': 'extends: ../other\n' })).rejects.toMatchObject({
      code: 'spec/overlay',
    })
  })

  test('a built spec without its files', async () => {
    const built = { ...shared, sourceFiles: [] }
    await expect(loadOverlay(built, SHOP)).rejects.toMatchObject({ code: 'spec/overlay' })
  })
})

test('changes a spec that is itself a change of the shipped one', async () => {
  const mine = await loadAlone({ ...SHOP, 'connector.yaml': 'delivery: { liveWindow: 12h }\n' })
  const tenant = await loadOverlay(mine, rated('properties:\n  Extra: \'"x"\'\n'))
  const names = tenant.mappings
    .find(({ metric }) => metric === 'Rated Conversation')
    ?.properties.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['Shop', 'Extra']))
  expect(tenant.delivery).toEqual(mine.delivery)
  expect(tenant.mappings).toHaveLength(shared.mappings.length)
})
