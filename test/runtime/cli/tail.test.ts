import { beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../runtime/ports/store.ts'
import type { EventResult, Outcome, SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, NOW, runCommand } from '../../helpers/cli-fake.ts'

let store: Store

beforeEach(() => {
  store = memoryStore({ clock: createFrozenClock() })
})

async function settle(id: string, event: Partial<EventResult> & Pick<EventResult, 'metric' | 'status'>) {
  const record: SourceRecord = {
    id,
    ingress: 'webhook',
    lane: 'live',
    topic: 'chat.opened',
    resource: 'chat',
    workspace: 'w',
    orderingKey: id,
    lookupIds: [],
    receivedAt: NOW,
    body: '{}',
  }
  const base = {
    lane: 'live',
    key: `w:${id}`,
    contact: 'contact-of-ada-1a2b',
    time: '2026-03-01T11:59:00.000Z',
  } as const
  const fault = { kind: 'data', code: 'expression/T2001', message: 'the left side of * is not a number' } as const
  const events = [{ ...base, ...event }]
  const outcomes: Partial<Record<EventResult['status'], Outcome>> = {
    delivered: { status: 'delivered', events },
    skipped: { status: 'skipped', reason: 'no-rating', events },
    dead: { status: 'dead', fault, events: events.map((one) => ({ ...one, fault })) },
  }
  await store.append([record])
  const leased = await store.lease({ lane: 'live', limit: 10, leaseMs: 60_000 })
  await store.settle(leased.map((one) => ({ record: one, outcome: outcomes[event.status] as Outcome })))
}

/** Ends when `lines` lines are printed. The clock of the store's readers moves at once. */
async function tail(argv: readonly string[], lines: number, whileRunning: () => Promise<void> = async () => undefined) {
  const stop = new AbortController()
  let printed = 0
  let work: Promise<void> | undefined
  const clock = {
    now: () => NOW,
    sleep: async () => {
      work ??= whileRunning()
      await work
      if (printed >= lines) stop.abort()
    },
  }
  const result = await runCommand(['tail', ...argv], {
    store,
    clock,
    signal: stop.signal,
    onOut: (text) => {
      printed += text.split('\n').length - 1
    },
  })
  return { ...result, lines: result.out.trimEnd().split('\n') }
}

describe('tail', () => {
  test('prints the last deliveries, then each as it happens', async () => {
    await settle('n1', { metric: 'Opened Chat', status: 'delivered' })
    const { exit, lines } = await tail([], 3, async () => {
      await settle('n2', { metric: 'Rated Chat', status: 'skipped', reason: 'no-rating' })
      await settle('n3', { metric: 'Rated Chat', status: 'dead', lane: 'backfill' })
    })
    expect(exit).toBe(0)
    expect(lines).toEqual([
      '2026-03-01 12:00:00Z  chat.opened  Opened Chat  delivered  …1a2b  n1',
      '2026-03-01 12:00:00Z  chat.opened  Rated Chat  skipped no-rating  …1a2b  n2',
      '2026-03-01 12:00:00Z  chat.opened  Rated Chat  dead expression/T2001 as history  …1a2b  n3',
    ])
  })

  test('misses none of more deliveries than a page holds', async () => {
    const { lines } = await tail(['--last', '0'], 1_200, async () => {
      for (let at = 0; at < 1_200; at++) await settle(`n${at}`, { metric: 'Opened Chat', status: 'delivered' })
    })
    expect(lines.map((line) => line.split('  ').at(-1))).toEqual(Array.from({ length: 1_200 }, (_, at) => `n${at}`))
  })

  test('filters by metric and outcome', async () => {
    await settle('n1', { metric: 'Opened Chat', status: 'delivered' })
    await settle('n2', { metric: 'Rated Chat', status: 'delivered' })
    await settle('n3', { metric: 'Rated Chat', status: 'skipped', reason: 'no-rating' })
    const { lines } = await tail(['--metric', 'Rated Chat', '--only', 'sent', '--json'], 2, async () => {
      await settle('n4', { metric: 'Rated Chat', status: 'delivered' })
      await settle('n5', { metric: 'Opened Chat', status: 'delivered' })
    })
    expect(lines.map((line) => JSON.parse(line).record)).toEqual(['n2', 'n4'])
  })

  test('prints neither a contact id nor a hash of an address', async () => {
    await settle('n1', { metric: 'Opened Chat', status: 'delivered', emailHash: 'abcdef0123456789' })
    for (const flags of [[], ['--json']]) {
      const { out } = await tail(flags, 1)
      expect(out).not.toMatch(/contact-of-ada|abcdef/)
    }
  })

  test.each([
    [['--only', 'lost'], 'unknown outcome "lost"'],
    [['--only', ','], '--only names no outcome'],
    [['--last', 'two'], '--last must be a whole number from 0, not "two"'],
  ])('refuses %s', async (argv, message) => {
    const { exit, err } = await runCommand(['tail', ...argv], { store })
    expect(exit).toBe(2)
    expect(err).toContain(message)
  })
})
