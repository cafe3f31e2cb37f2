/** Variants of cases: fields that may be absent, and repetitions. */
import { expect, test } from 'vitest'
import { loadCases } from '../../../../runtime/conformance/cases/load-cases.ts'
import { createMapEngine } from '../../../../runtime/conformance/engine/map-engine.ts'
import type { CaseEngine, EventOccurrence } from '../../../../runtime/conformance/types.ts'
import { VariantChecker, type VariantProblem } from '../../../../runtime/conformance/variants/check-variants.ts'
import { ReadFields } from '../../../../runtime/conformance/variants/read-fields.ts'
import { loadSpec } from '../../../../runtime/spec/load.ts'
import { openSpecFolder } from '../../../../runtime/spec/spec-files.ts'
import { caseParts } from '../../../helpers/conformance/small-spec.ts'
import { functions } from '../../../helpers/spec/spec-functions.ts'

const small = openSpecFolder(new URL('../../../diagnostics/spec/', import.meta.url))

/** The small spec with a text of its mapping replaced. */
async function open(find = 'properties:', put = find) {
  const files = {
    ...small,
    read: async (path: string) => {
      const text = await small.read(path)
      return path === 'mappings/resolved-ticket.yaml' ? text?.replace(find, put) : text
    },
  }
  const { spec, declarations } = await loadSpec('', { functions, files })
  if (spec === undefined || declarations === undefined) throw new Error('the changed spec has errors')
  const engine = createMapEngine({ spec, fit: (message) => ({ message, changes: [] }) })
  return { parts: { ...caseParts, spec }, engine, checker: new VariantChecker({ spec, ...declarations }) }
}

const item = `{ id: "7", solved: 1768039100, note: Hi, waited: 5, custom: {}, people: [{ id: a1 }], parts: [{ id: p1, created_at: 1768039000, state: resolved }] }`

interface Checked {
  readonly problems: readonly VariantProblem[]
  readonly ran: number
}

async function check(
  opened: Awaited<ReturnType<typeof open>>,
  cases = '{ name: a, expect: [] }',
  engine: CaseEngine = opened.engine,
  topic = 'ticket.state.updated',
): Promise<Checked> {
  const text = `
given:
  topic: ${topic}
  item: ${item}
  lookups: { contact: [{ item: { id: a1, email: ada@example.com } }] }
cases: [${cases}]`
  const loaded = await loadCases([{ path: 'tests/a.yaml', text }], opened.parts)
  expect(loaded.diagnostics).toEqual([])
  const problems: VariantProblem[] = []
  for (const resolved of loaded.cases)
    problems.push(...(await opened.checker.check(resolved, await engine.run(resolved.input), engine)))
  return { problems, ran: opened.checker.ran }
}

test('a field that no expression reads is not varied', async () => {
  // The webhook and its replay, each twice.
  expect(await check(await open())).toEqual({ problems: [], ran: 2 })
})

test('a field that may be absent is null and absent, alone and with the others', async () => {
  const opened = await open('properties:', 'properties:\n  Note: note\n  Waited: waited')
  expect(await check(opened)).toEqual({ problems: [], ran: 2 + 2 + 2 })
})

test('an expression that needs a field which may be absent is reported with its place', async () => {
  const { problems } = await check(await open('time: $part.created_at', 'time: solved'))
  const message = 'Resolved Ticket fails with mapping/no-time: the time of Resolved Ticket is missing, or not a time'
  const place = 'mappings/resolved-ticket.yaml:10:7'
  expect(problems).toEqual([
    { case: 'tests/a.yaml: a (webhook)', variant: 'ticket.solved is null', problem: message, place },
    { case: 'tests/a.yaml: a (webhook)', variant: 'ticket.solved is absent', problem: message, place },
  ])
})

test('a fault that the plain case has, too, is no problem of a variant', async () => {
  const broken = await open('time: $part.created_at', 'time: solved')
  const { problems } = await check(broken, '{ name: a, given: { set: { solved: soon } }, expect: [] }')
  expect(problems).toEqual([])
})

test('a variant that two cases share is run once', async () => {
  const opened = await open('properties:', 'properties:\n  Note: note')
  const one = await check(opened)
  const { ran } = await check(opened, '{ name: b, given: { set: { note: Bye } }, expect: [] }')
  // The repetitions; without the note both cases are one.
  expect([one.ran, ran - one.ran]).toEqual([2 + 2, 2])
})

test('a field is read by itself, or with all of the object that it lies in', () => {
  const [mapping] = caseParts.spec.mappings
  if (mapping === undefined) throw new Error('the small spec has mappings')
  const { place } = mapping.contact
  const reading = (...paths: string[]) => new ReadFields(caseParts.spec, new Map([[place, new Set(paths)]]))
  const mayRead = (field: string, ...paths: string[]) => reading(...paths).mayRead(field, [mapping])
  expect(mayRead('ticket.source.name', 'ticket.source', 'ticket.source.name')).toBe(true)
  expect(mayRead('ticket.source.url', 'ticket.source', 'ticket.source.name')).toBe(false)
  expect(mayRead('ticket.source.url', 'ticket.source')).toBe(true)
  expect(mayRead('ticket.source_url', 'ticket.source')).toBe(false)
  expect(reading('ticket.source').mayRead('ticket.source.url', [])).toBe(false)
})

/** Counts events by what an engine makes of them. */
const wrap = (
  engine: CaseEngine,
  change: (all: readonly EventOccurrence[], text: string) => readonly EventOccurrence[],
) => ({
  ...engine,
  run: async (input: Parameters<CaseEngine['run']>[0]) => {
    const { id, occurrences } = await engine.run(input)
    return { id, occurrences: change(occurrences as readonly EventOccurrence[], JSON.stringify(input)) }
  },
})

test('an engine that sends a key again, or another one later, is found out', async () => {
  const opened = await open()
  const forgets = wrap(opened.engine, (all, text) => (text.includes('twice') ? [...all, ...all] : all))
  const again = 'the key acme:resolved-ticket:p1 is sent again'.replace('acme', 'abc123de')
  expect((await check(opened, undefined, forgets)).problems).toMatchObject([
    { case: 'tests/a.yaml: a (webhook)', variant: 'twice, an hour apart', problem: again },
    { case: 'tests/a.yaml: a (replay)', problem: again },
  ])
  const byTime = wrap(opened.engine, (all, text) =>
    text.includes('twice') ? [...all, ...all.map((one) => ({ ...one, key: 'later' }))] : all,
  )
  expect((await check(opened, undefined, byTime)).problems[0]?.problem).toBe('the new key later is sent')
})

test('an engine that takes null for a value is found out', async () => {
  const opened = await open('properties:', 'properties:\n  Note: note')
  const naive = wrap(opened.engine, (all, text) =>
    text.includes('"note":null') ? all.map((one) => ({ ...one, properties: { ...one.properties, Note: null } })) : all,
  )
  expect((await check(opened, undefined, naive)).problems).toMatchObject([
    { variant: 'ticket.note is null', problem: 'null gives other occurrences than an absent field' },
  ])
})
