/** Types and schemas of events: they compile, accept all that the mappings' cases give, and refuse what they must. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { afterEach, describe, expect, test } from 'vitest'
import { connectorFromSpec, intercomToKlaviyo } from '../../../connector/index.ts'
import { createJsonSchemas } from '../../../runtime/catalog/json-schema.ts'
import type { Catalog } from '../../../runtime/catalog/types.ts'
import { renderTypeScript } from '../../../runtime/catalog/typescript.ts'
import type { PreviewInput } from '../../../runtime/mapping/preview.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { loadKit } from '../../helpers/conformance/shipped-kit.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'
import { createCatalog } from '../../helpers/spec/changed-catalog.ts'
import { addAfter, loadChangedSpec, type SpecChanges } from '../../helpers/spec/changed-spec.ts'

const closing = createCleanup()
afterEach(() => closing.close())

/** By metric; the profile's under `Profile`. Strict, so that it refuses what may be a mistake in a schema. */
function compileSchemas(catalog: Catalog): ReadonlyMap<unknown, (value: unknown) => string[]> {
  const ajv = new Ajv({ allErrors: true })
  return new Map(
    createJsonSchemas(catalog).map(({ schema }) => {
      const validate = ajv.compile(schema)
      const check = (value: unknown) =>
        validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
      return [schema.title, check]
    }),
  )
}

const inputs = (await loadKit('cases')).flatMap(({ input: { workspace, lookups, steps } }) =>
  steps.flatMap(({ records }) =>
    records.map(({ topic, stream, body }): PreviewInput => {
      const origin = topic === undefined ? { stream: stream ?? '' } : { topic }
      return { ...origin, data: body, lookups: lookups as Json, workspace }
    }),
  ),
)

describe('the schemas of the shipped spec accept what a preview gives', async () => {
  const check = compileSchemas(await createCatalog())
  const connector = await intercomToKlaviyo()
  const seen = new Map<string, { count: number; errors: Set<string> }>()
  const add = (metric: string, value: Json) => {
    const { count = 0, errors = new Set<string>() } = seen.get(metric) ?? {}
    for (const error of check.get(metric)?.(value) ?? ['no schema']) errors.add(error)
    seen.set(metric, { count: count + 1, errors })
  }
  for (const input of inputs) {
    for (const item of (await connector.preview(input)).items) {
      if ('properties' in item) add(item.metric, item.properties)
      if ('profile' in item) add('Profile', Object.fromEntries(Object.entries(item.profile)) as Json)
    }
  }

  test.each([...check.keys()])('%s', (metric) => {
    const { count = 0, errors = new Set() } = seen.get(String(metric)) ?? {}
    expect(count).toBeGreaterThan(1)
    expect([...errors]).toEqual([])
  })
})

const ODD: SpecChanges = {
  'mappings/_ticket.yaml': addAfter('properties:', '  Ticket *: ticket_attributes'),
  'mappings/created-ticket.yaml': (text) => `${text}value: ticket_attributes.price
properties:
  "\\"quoted\\" \`\${x}\`": { expr: category, doc: "ends */ here" }
  "Ticket Size": { expr: ticket_attributes.size, type: number }
  Reason: { expr: ticket_type.name, whenMissing: { default: 0 } }
  Labels: { expr: contacts.contacts.role, type: list, whenMissing: { default: [] } }
profile: { Has Open Ticket: "true" }
`,
  'mappings/resolved-ticket.yaml': (text) =>
    text.replace(/properties:[\s\S]*/, 'properties: { "All *": ticket_attributes }\n'),
  'mappings/marked-ticket-on-hold.yaml': (text) => text.replace('metric: Marked Ticket On Hold', 'metric: 3 × "Hold"'),
  'mappings/profile.yaml': addAfter('properties:', '  Intercom *: custom_attributes'),
}

describe('of a spec with spreads, defaults and odd names', async () => {
  const catalog = await createCatalog(ODD)
  const check = compileSchemas(catalog)

  test.each([
    ['Created Ticket', { Reason: 0, Labels: ['user'] }, []],
    ['Created Ticket', { Reason: 'a', Labels: [], 'Ticket Size': 1, 'Ticket Color': {} }, []],
    ['Created Ticket', { Reason: 'a' }, [" must have required property 'Labels'"]],
    ['Created Ticket', { Reason: null, Labels: ['x'] }, ['/Reason must be string', '/Reason must be number']],
    ['Created Ticket', { Reason: 0, Labels: [], Other: 1 }, [' property name must be valid']],
    ['Resolved Ticket', { 'All a\nb': 1 }, []],
    ['Replied to Conversation', { Tags: [], Unknown: 1 }, [' must NOT have additional properties']],
    ['Profile', { email: 'a@b.c', properties: { 'Has Open Ticket': true, 'Intercom plan': 'pro' } }, []],
    ['Profile', { location: { city: 5 } }, ['/location/city must be string']],
  ])('the schema of %s: %j', (metric, value, errors) => {
    expect(check.get(metric)?.(value)).toEqual(expect.arrayContaining(errors))
    expect(check.get(metric)?.(value).length === 0).toBe(errors.length === 0)
  })

  test('a preview conforms', async () => {
    const { memoryStore } = await import('../../../runtime/store/memory/store.ts')
    const { createFrozenClock } = await import('../../helpers/cli-fake.ts')
    const clock = createFrozenClock()
    const connector = connectorFromSpec(await loadChangedSpec(ODD), memoryStore({ clock }), { clock })
    const tickets = inputs.filter(({ stream }) => stream === 'tickets').slice(0, 20)
    const items = (await Promise.all(tickets.map((input) => connector.preview(input)))).flatMap(({ items }) => items)
    const errors = items.flatMap((item) =>
      'properties' in item ? (check.get(item.metric)?.(item.properties) ?? ['no schema']) : [],
    )
    expect(items.length).toBeGreaterThan(20)
    expect(errors).toEqual([])
  })

  test('the types compile, and tell what an event has', () => {
    const folder = temporaryFolder(closing)
    writeFileSync(join(folder, 'metrics.ts'), renderTypeScript(catalog))
    writeFileSync(join(folder, 'use.ts'), USE)
    expect(compile(folder)).toBe('')
  })
})

const USE = `import type { AnyEvent, CreatedTicketProperties, Profile } from './metrics.ts'

export function show(event: AnyEvent): string | null | number | undefined {
  if (event.metric === 'Replied to Conversation') return event.properties.Tags.join() + (event.properties.Title ?? '')
  if (event.metric === '3 × "Hold"') return event.properties['Ticket ID']
  if (event.metric !== 'Created Ticket') return undefined
  const { properties, value } = event
  const size: number | undefined = properties['Ticket Size']
  const spread: unknown = properties['Ticket Color']
  // @ts-expect-error: no such property
  properties['Tickets']
  // @ts-expect-error: a property of other values
  const category: 'Other' | undefined = properties['Category']
  return properties.Reason ?? value ?? size ?? String([spread, category])
}

export const profile: Profile = { email: 'a', location: { city: 'Cork' }, properties: { 'Has Open Ticket': true, 'Intercom plan': 1 } }
// @ts-expect-error: Labels and Reason are always there
export const properties: CreatedTicketProperties = { Reason: 0 }
`

/** What the compiler prints, without the colours. */
function compile(folder: string): string {
  const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
  const options = [
    '--strict',
    '--noEmit',
    '--pretty',
    'false',
    '--allowImportingTsExtensions',
    '--exactOptionalPropertyTypes',
  ]
  try {
    return execFileSync(process.execPath, [tsc, ...options, '--module', 'nodenext', '--target', 'es2023', 'use.ts'], {
      cwd: folder,
      encoding: 'utf8',
    })
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}
