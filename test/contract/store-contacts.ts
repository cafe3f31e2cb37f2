/** Contract of a store: the newest delivered state of each contact. */
import { expect, test } from 'vitest'
import type { ContactState, EventResult, Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, record, skipped } from './store-fixtures.ts'

const T = 1_768_113_868_000

type Known = Omit<ContactState, 'contact'>

/** An event that delivered a state of contact `c1`. */
function sent({ profileId, ...contactState }: Known, rest: Partial<EventResult> = {}): EventResult {
  const receipt = { status: 202, ...(profileId !== undefined && { profileId }) }
  return event('Profile', { contact: 'c1', contactState, receipt, ...rest })
}

export function contactCases(current: () => StoreHarness): void {
  let records = 0
  async function settle(outcome: Outcome): Promise<void> {
    await current().store.append([record(`r${++records}`)])
    await current().finish(outcome)
  }
  const known = async () => (await current().store.readContacts(['c1']))[0]

  const a = { updatedAt: T, address: 'a', profileId: 'P' }
  const sequences: [name: string, states: Known[], result: Known][] = [
    ['keeps a first state', [a], a],
    [
      'takes a newer state',
      [a, { updatedAt: T + 1000, address: 'b', profileId: 'Q' }],
      { updatedAt: T + 1000, address: 'b', profileId: 'Q' },
    ],
    ['ignores an older state', [a, { updatedAt: T - 1000, address: 'b', profileId: 'Q' }], a],
    [
      'takes another state of the same second',
      [a, { updatedAt: T, address: 'b', profileId: 'Q' }],
      { ...a, address: 'b', profileId: 'Q' },
    ],
    [
      'takes a state in whole seconds',
      [
        { ...a, updatedAt: T + 123 },
        { updatedAt: T, address: 'b' },
      ],
      { updatedAt: T + 123, address: 'b' },
    ],
    [
      'ignores an older state of the same second',
      [
        { ...a, updatedAt: T + 123 },
        { updatedAt: T + 122, address: 'b' },
      ],
      { ...a, updatedAt: T + 123 },
    ],
    [
      'keeps the profile while the address stays',
      [a, { updatedAt: T + 1000, address: 'a' }],
      { ...a, updatedAt: T + 1000 },
    ],
    [
      'forgets the profile of another address',
      [a, { updatedAt: T + 1000, address: 'b' }],
      { updatedAt: T + 1000, address: 'b' },
    ],
    [
      'takes a state without a time',
      [a, { address: 'b', profileId: 'Q' }],
      { updatedAt: T, address: 'b', profileId: 'Q' },
    ],
    [
      'keeps the newer time of each property, whatever the order of the states',
      [
        { ...a, propertyTimes: { Open: T, 'Last "Team"': T + 5 } },
        { updatedAt: T + 1000, address: 'b', propertyTimes: { Open: T - 1 } },
        { updatedAt: T - 1000, address: 'c', propertyTimes: { Open: T + 7, New: T } },
      ],
      { updatedAt: T + 1000, address: 'b', propertyTimes: { Open: T + 7, 'Last "Team"': T + 5, New: T } },
    ],
    [
      'keeps the times with a state that has none',
      [
        { ...a, propertyTimes: { Open: T } },
        { updatedAt: T + 1000, address: 'a' },
      ],
      { ...a, updatedAt: T + 1000, propertyTimes: { Open: T } },
    ],
    ['keeps what a state lacks', [{ address: 'a', profileId: 'P' }, {}], { address: 'a', profileId: 'P' }],
  ]
  test.each(sequences)('%s', async (_, states, result) => {
    for (const state of states) await settle(delivered(sent(state)))
    expect(await known()).toEqual({ contact: 'c1', ...result })
  })

  test('takes the newest of one record, and of one transaction', async () => {
    const { store, finish } = current()
    await store.append([record('x'), record('y')])
    await finish(delivered(sent({ updatedAt: T + 5000, address: 'b' }), sent({ updatedAt: T, address: 'a' })))
    expect(await known()).toEqual({ contact: 'c1', updatedAt: T + 5000, address: 'b' })
  })

  const failed: [of: string, outcome: Outcome, remembers: boolean][] = [
    ['deferred', deferred(1, sent(a)), true],
    ['dead', dead(sent(a), sent({ address: 'x' }, { status: 'dead' })), true],
    ['skipped', skipped('outdated', sent(a, { status: 'skipped' })), false],
    ['delivered without a state', delivered(event('M', { contact: 'c1' })), false],
  ]
  test.each(failed)('of a %s record: only what was delivered', async (_, outcome, remembers) => {
    await settle(outcome)
    expect(await known()).toEqual(remembers ? { contact: 'c1', ...a } : undefined)
  })

  test('a settlement whose lease no longer holds changes nothing', async () => {
    const { store, clock, lease } = current()
    await store.append([record('late')])
    const [late] = await lease({ leaseMs: 10 })
    clock.advance(20)
    await lease()
    expect(await store.settle(late ? [{ record: late, outcome: delivered(sent(a)) }] : [])).toBe(0)
    expect(await known()).toBeUndefined()
  })

  test('reads several contacts, and outlives their records', async () => {
    const { store, clock } = current()
    for (const contact of ['c1', 'c2', 'c"3']) await settle(delivered(sent(a, { contact })))
    clock.advance(1000)
    await store.applyRetention({ settled: 0, dead: 0 })
    const states = await store.readContacts(['c2', 'c"3', 'c2', 'unknown'])
    expect(states.map(({ contact }) => contact).sort()).toEqual(['c"3', 'c2'])
    expect(await store.readContacts([])).toEqual([])
  })

  test('finds the other contacts of a profile or an address', async () => {
    const { store } = current()
    const states: [contact: string, state: Known][] = [
      ['c1', { address: 'a', profileId: 'P' }],
      ['same profile', { address: 'b', profileId: 'P' }],
      ['same address', { address: 'a' }],
      ['same both', { address: 'a', profileId: 'P' }],
      ['neither', { address: 'z', profileId: 'Z' }],
      ['nothing', {}],
    ]
    for (const [contact, state] of states) await settle(delivered(sent(state, { contact })))
    expect([...(await store.contactsSharing('c1', 9))].sort()).toEqual(['same address', 'same both', 'same profile'])
    expect(await store.contactsSharing('c1', 2)).toHaveLength(2)
    for (const contact of ['neither', 'nothing', 'unknown']) expect(await store.contactsSharing(contact, 9)).toEqual([])
  })
}
