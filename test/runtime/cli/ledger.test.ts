import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../runtime/ports/store.ts'
import type { FaultInfo, Outcome, SourceRecord } from '../../../runtime/ports/types.ts'
import { hashSpec } from '../../../runtime/spec/hash-spec.ts'
import { SourceFile } from '../../../runtime/spec/source-file.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { systemSelf } from '../../../runtime/system.ts'
import { createFrozenClock, NOW, runCommand } from '../../helpers/cli-fake.ts'

const BODY = '{"email":"ada@example.com"}'
const person = createHash('sha256').update('ada@example.com').digest('hex')

const record = (id: string, overrides: Partial<SourceRecord> = {}): SourceRecord => ({
  id,
  ingress: 'webhook',
  lane: 'live',
  topic: 'chat.opened',
  resource: 'chat',
  workspace: 'w',
  orderingKey: id,
  lookupIds: [id.replace('webhook:', '')],
  receivedAt: NOW,
  body: BODY,
  ...overrides,
})

const fault: FaultInfo = {
  kind: 'data',
  code: 'expression/T2001',
  message: 'the left side of * is not a number',
  place: 'mappings/rated.yaml:9:12',
}

let store: Store
let clock: ReturnType<typeof createFrozenClock>

beforeEach(() => {
  clock = createFrozenClock()
  store = memoryStore({ clock })
})

async function settle(source: SourceRecord, outcome: Outcome) {
  await store.append([source])
  const leased = await store.lease({ lane: source.lane, limit: 10, leaseMs: 60_000 })
  clock.at += 400
  await store.settle(leased.map((record) => ({ record, outcome })))
}

const dead = (place?: string): Outcome => ({
  status: 'dead',
  fault: place === undefined ? fault : { ...fault, place },
  events: [],
})

describe('trace', () => {
  beforeEach(async () => {
    const base = { lane: 'live', contact: 'c1', emailHash: person, time: '2026-03-01T11:59:00.000Z' } as const
    await settle(record('webhook:n1', { lookupIds: ['n1', '42'] }), {
      status: 'delivered',
      events: [
        {
          ...base,
          metric: 'Opened Chat',
          status: 'delivered',
          key: 'w:opened:42',
          receipt: {
            status: 202,
            changes: [{ field: 'profile.phone_number', action: 'omitted', reason: 'it was rejected' }],
          },
        },
        { ...base, metric: 'Rated Chat', status: 'skipped', key: 'w:rated:42', reason: 'no-rating' },
      ],
    })
    const { topic: _, ...read } = record('backfill:1', { ingress: 'backfill', lane: 'backfill', lookupIds: ['42'] })
    await settle(
      { ...read, stream: 'chats' },
      {
        status: 'skipped',
        reason: 'delivered-already',
        events: [],
      },
    )
    await settle(record('webhook:n2', { lookupIds: ['n2', '42'] }), {
      status: 'dead',
      fault,
      events: [{ ...base, metric: 'Rated Chat', status: 'dead', key: 'w:rated:43', fault }],
    })
    await settle(record('webhook:n3', { lookupIds: ['n3', '42'] }), {
      status: 'deferred',
      fault: { kind: 'transient', code: 'destination/down', message: 'the destination answered 503', requestId: 'r1' },
      until: NOW + 60_000,
      events: [],
    })
    await settle(record('webhook:n4', { lookupIds: ['n4', '42'] }), dead('mappings/rated.yaml:1:1'))
    await store.replay(['webhook:n4'])
  })

  test('prints a timeline per record', async () => {
    const { exit, out } = await runCommand(['trace', '42'], { store, clock })
    expect(exit).toBe(0)
    expect(out).toMatchSnapshot()
  })

  test.each([
    ['a notification', 'n1'],
    ['a key', 'w:opened:42'],
    ['an e-mail address in any case', 'ADA@example.com'],
  ])('finds %s', async (_, id) => {
    const { exit, out } = await runCommand(['trace', id, '--json'], { store, clock })
    expect(exit).toBe(0)
    expect(JSON.parse(out)[0].id).toBe('webhook:n1')
  })

  test('names the spec that mapped a record', async () => {
    await settle(record('webhook:n9', { lookupIds: ['99'] }), {
      status: 'skipped',
      reason: 'no-rating',
      events: [],
      spec: '1a2b3c4d5e6f',
    })
    const { out } = await runCommand(['trace', '99'], { store, clock })
    expect(out).toContain('after it was received, by spec 1a2b3c4d5e6f')
  })

  test('never shows a body', async () => {
    for (const flags of [[], ['--json']]) {
      const { out } = await runCommand(['trace', '42', ...flags], { store, clock })
      expect(out).not.toContain('ada@')
    }
  })

  test('needs no credentials', async () => {
    expect((await runCommand(['trace', '42'], { store, clock, env: {} })).exit).toBe(0)
  })

  test('exits with 1 for an unknown id', async () => {
    const { exit, out, err } = await runCommand(['trace', '43'], { store, clock })
    expect({ exit, out }).toEqual({ exit: 1, out: '' })
    expect(err).toContain('No record found')
    expect((await runCommand(['trace', '43', '--json'], { store, clock })).out).toBe('[]\n')
  })
})

describe('dead letters', () => {
  test('an empty list', async () => {
    expect(await runCommand(['dead-letters', 'list'], { store })).toMatchObject({ exit: 0, out: 'No dead letters.\n' })
  })

  test('are grouped by fault, the largest group first', async () => {
    for (const id of ['a', 'b']) await settle(record(`webhook:${id}`), dead('mappings/other.yaml:1:1'))
    for (const id of ['c', 'd', 'e', 'f', 'g', 'h', 'i']) await settle(record(`webhook:${id}`), dead())
    const { exit, out } = await runCommand(['dead-letters', 'list'], { store })
    expect(exit).toBe(0)
    expect(out).toMatchSnapshot()
  })

  test('--json lists every id, across pages', async () => {
    for (let id = 0; id < 450; id++) await settle(record(`webhook:${id}`), dead())
    const [group] = JSON.parse((await runCommand(['dead-letters', 'list', '--json'], { store })).out)
    expect(group).toMatchObject({ ...fault, count: 450 })
    expect(new Set(group.ids).size).toBe(450)
  })

  test.each([
    ['config', 'fix the mapping or the setting, then replay it'],
    ['data', 'then replay it'],
    ['transient', 'replay it when the remote API has recovered'],
    ['bug', 'us: please report it'],
  ] as const)('of kind %s state who must act, never that they resolve themselves', async (kind, advice) => {
    await settle(record('webhook:a'), { status: 'dead', fault: { ...fault, kind }, events: [] })
    const { out } = await runCommand(['dead-letters', 'list'], { store })
    expect(out).toContain(advice)
    expect(out).not.toContain('by itself')
    expect(out).toContain('docs     https://example.com/from-to/blob/main/docs/reference/faults.md#expression-code\n')
  })

  test('are replayed by id', async () => {
    for (const id of ['a', 'b']) await settle(record(`webhook:${id}`), dead())
    const { exit, out } = await runCommand(['dead-letters', 'replay', 'webhook:a'], { store })
    expect(exit).toBe(0)
    expect(out).toContain('1 dead letter queued again')
    expect((await store.listDeadLetters({ limit: 10 })).map(({ id }) => id)).toEqual(['webhook:b'])
  })

  test('an unknown id exits with 1; the others are queued', async () => {
    await settle(record('webhook:a'), dead())
    const { exit, out } = await runCommand(['dead-letters', 'replay', 'webhook:a', 'webhook:z', '--json'], { store })
    expect(exit).toBe(1)
    expect(JSON.parse(out)).toEqual({ queued: 1, unknown: 1 })
  })

  test('are replayed all at once', async () => {
    for (const id of ['a', 'b', 'c']) await settle(record(`webhook:${id}`), dead())
    const { exit, out } = await runCommand(['dead-letters', 'replay', '--all'], { store, env: {} })
    expect(exit).toBe(0)
    expect(out).toContain('3 dead letters queued again')
    expect(await store.listDeadLetters({ limit: 10 })).toEqual([])
  })

  const later = (ms: number) => {
    clock.at += ms
  }

  test('are filtered by metric, fault and age, in the list and in a replay', async () => {
    const rated = { ...fault, code: 'expression/T2002' }
    const event = { lane: 'live', metric: 'Rated Chat', status: 'dead', fault: rated } as const
    await settle(record('webhook:old'), dead())
    later(60_000)
    const since = new Date(clock.at).toISOString()
    await settle(record('webhook:new'), dead())
    await settle(record('webhook:rated'), { status: 'dead', fault: rated, events: [event] })
    const list = async (...argv: string[]) => {
      const { out } = await runCommand(['dead-letters', 'list', '--json', ...argv], { store, clock })
      return JSON.parse(out).flatMap((group: { ids: string[] }) => group.ids)
    }
    expect(await list('--metric', 'Rated Chat')).toEqual(['webhook:rated'])
    expect(await list('--code', fault.code)).toEqual(['webhook:old', 'webhook:new'])
    expect(await list('--code', fault.code, '--since', since)).toEqual(['webhook:new'])
    const replay = ['dead-letters', 'replay', '--code', fault.code, '--since', since]
    const dry = await runCommand([...replay, '--dry-run'], { store, clock })
    expect(dry.out).toBe('1 dead letter would be queued again.\n  webhook:new\n')
    expect(await store.countDeadLetters()).toBe(3)
    expect((await runCommand(replay, { store, clock })).out).toContain('1 dead letter queued again')
    expect(await store.countDeadLetters()).toBe(2)
  })

  test('are named by any id that a list prints', async () => {
    const events = [
      { lane: 'live', metric: 'Rated Chat', status: 'dead', key: 'w:rated:7', emailHash: person, fault } as const,
    ]
    for (const ref of ['webhook:a', '42', 'w:rated:7', 'ada@example.com']) {
      store = memoryStore({ clock })
      await settle(record('webhook:a', { lookupIds: ['42'] }), { status: 'dead', fault, events })
      const { out } = await runCommand(['dead-letters', 'replay', ref], { store, clock })
      expect(out, ref).toContain('1 dead letter queued again')
    }
  })

  test('show the line of the mapping, and what a replay would do', async () => {
    const event = { lane: 'live', metric: 'Rated Chat', status: 'dead', key: 'w:rated:7', fault } as const
    const old = { ...event, metric: 'Opened Chat', time: '2026-02-01T00:00:00.000Z' }
    await settle(record('webhook:a', { lookupIds: ['42'] }), {
      status: 'dead',
      fault,
      events: [{ ...event, time: '2026-03-01T11:00:00.000Z' }, old],
    })
    const text = `${'\n'.repeat(8)}  Score: rating * 2\n`
    const files = [new SourceFile('mappings/rated.yaml', text)]
    const spec = { delivery: { liveWindow: 24 * 3_600_000 } } as Spec
    const load = { spec: async () => ({ spec, files, diagnostics: [], expressions: [] }) }
    const { exit, out } = await runCommand(['dead-letters', 'show', '42'], { store, clock, load })
    expect(exit).toBe(0)
    expect(out).toMatchSnapshot()
    expect(out).not.toContain('ada@')
    expect((await runCommand(['dead-letters', 'show', '42', '--json'], { store, clock })).out).not.toContain('ada@')
  })

  test('show the record only when asked for, and confirmed', async () => {
    await settle(record('webhook:a'), dead())
    const raw = ['dead-letters', 'show', 'webhook:a', '--raw']
    expect(await runCommand(raw, { store })).toMatchObject({ exit: 2, err: expect.stringContaining('personal data') })
    expect((await runCommand([...raw, '--yes'], { store })).out).toBe(`${BODY}\n`)
    expect((await runCommand(['dead-letters', 'show', 'webhook:b'], { store })).exit).toBe(1)
  })

  test('are dismissed with a reason, which trace shows', async () => {
    await settle(record('webhook:a', { lookupIds: ['42'] }), dead())
    const dismiss = ['dead-letters', 'dismiss', '42']
    expect((await runCommand(dismiss, { store, clock })).err).toContain('say why with --reason')
    expect((await runCommand([...dismiss, '--reason', 'test data'], { store, clock })).out).toBe(
      '1 dead letter dismissed.\n',
    )
    expect((await runCommand([...dismiss, '--reason', 'test data'], { store, clock })).exit).toBe(1)
    const { out } = await runCommand(['trace', '42'], { store, clock })
    expect(out).toContain('dismissed: test data')
    expect(out).toMatch(/webhook:a {2}skipped/)
  })

  test('are not replayed to a process that runs an older spec, unless forced', async () => {
    await settle(record('webhook:a'), dead())
    const files = [new SourceFile('mappings/rated.yaml', 'Score: rating')]
    const load = { spec: async () => ({ spec: undefined, files, diagnostics: [], expressions: [] }) }
    const run = (id: string, hash: string, since = NOW) =>
      store.writeCheckpoints([{ name: 'running-spec', value: { processes: [{ id, hash, since }] } }])
    const replay = (...argv: string[]) =>
      runCommand(['dead-letters', 'replay', 'webhook:a', ...argv], { store, clock, load })
    await run(systemSelf.id, 'abc')
    const refused = await replay()
    expect(refused.exit).toBe(1)
    expect(refused.err).toContain(
      `process ${process.pid} delivers with the spec that it loaded at 2026-03-01 12:00:00Z (abc)`,
    )
    await run('1.elsewhere@web-2/0', 'abc')
    expect((await replay()).err).toContain('process 1 on web-2 delivers with the spec')
    expect((await replay('--force')).exit).toBe(0)
    for (const [id, hash, since] of [
      [systemSelf.id, hashSpec(files), NOW],
      [`999999.exited@${systemSelf.id.split('@')[1]}`, 'abc', NOW],
      ['1.elsewhere@web-2/0', 'abc', NOW - 86_400_000],
    ] as const) {
      await run(id, hash, since)
      expect((await replay('--all', '--dry-run')).exit).toBe(2)
      expect((await runCommand(['dead-letters', 'replay', '--all'], { store, clock, load })).exit).toBe(0)
    }
  })

  test('replaying all of none exits with 0', async () => {
    expect((await runCommand(['dead-letters', 'replay', '--all'], { store })).exit).toBe(0)
  })
})

test.each([
  ['trace', 'x'],
  ['dead-letters', 'list'],
  ['dead-letters', 'replay', '--all'],
])('%s warns when the store did not exist', async (...argv) => {
  const runOn = (CONNECTOR_STORE: string) => runCommand(argv, { store, env: { CONNECTOR_STORE } })
  expect((await runOn('sqlite:/nowhere/typo.db')).err).toContain('No store at /nowhere/typo.db')
  for (const existing of [`sqlite:${import.meta.filename}`, 'memory:'])
    expect((await runOn(existing)).err).not.toContain('No store at')
})
