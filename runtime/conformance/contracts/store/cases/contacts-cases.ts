/** Contract of a store: the newest delivered state of each contact. */
import assert from 'node:assert/strict'
import type { Store } from '../../../../ports/store.ts'
import type { ContactState, EventResult, Outcome } from '../../../../ports/types.ts'
import { assertEqual } from '../../assertions.ts'
import { dead, deferred, delivered, event, record, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'

const T = 1_768_113_868_000

type Known = Omit<ContactState, 'contact'>

/** An event that delivered a state of contact `c1`. */
function sent({ profileId, ...contactState }: Known, rest: Partial<EventResult> = {}): EventResult {
  const receipt = { status: 202, ...(profileId !== undefined && { profileId }) }
  return event('Profile', { contact: 'c1', contactState, receipt, ...rest })
}

const known = async (store: Store) => (await store.readContacts(['c1']))[0]

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

const failed: [of: string, outcome: Outcome, remembers: boolean][] = [
  ['deferred', deferred(1, sent(a)), true],
  ['dead', dead(sent(a), sent({ address: 'x' }, { status: 'dead' })), true],
  ['skipped', skipped('outdated', sent(a, { status: 'skipped' })), false],
  ['delivered without a state', delivered(event('M', { contact: 'c1' })), false],
]

export const contactCases: StoreCases = {
  ...each(
    sequences,
    ([name]) => name,
    async ({ store, settle }, [, states, result]) => {
      for (const [i, state] of states.entries()) await settle(`r${i}`, delivered(sent(state)))
      assertEqual(await known(store), { contact: 'c1', ...result })
    },
  ),

  'takes the newest of one record, and of one transaction': async ({ store, finish }) => {
    await store.append([record('x'), record('y')])
    await finish(delivered(sent({ updatedAt: T + 5000, address: 'b' }), sent({ updatedAt: T, address: 'a' })))
    assertEqual(await known(store), { contact: 'c1', updatedAt: T + 5000, address: 'b' })
  },

  ...each(
    failed,
    ([of]) => `of a ${of} record: only what was delivered`,
    async ({ store, settle }, [, outcome, remembers]) => {
      await settle('r', outcome)
      assertEqual(await known(store), remembers ? { contact: 'c1', ...a } : undefined)
    },
  ),

  'a settlement whose lease no longer holds changes nothing': async ({ store, clock, lease }) => {
    await store.append([record('late')])
    const [late] = await lease({ leaseMs: 10 })
    clock.advance(20)
    await lease()
    assert.equal(await store.settle(late ? [{ record: late, outcome: delivered(sent(a)) }] : []), 0)
    assert.equal(await known(store), undefined)
  },

  'finds the other contacts of a profile or an address': async ({ store, settle }) => {
    const states: [contact: string, state: Known][] = [
      ['c1', { address: 'a', profileId: 'P' }],
      ['same profile', { address: 'b', profileId: 'P' }],
      ['same address', { address: 'a' }],
      ['same both', { address: 'a', profileId: 'P' }],
      ['neither', { address: 'z', profileId: 'Z' }],
      ['nothing', {}],
    ]
    for (const [contact, state] of states) await settle(contact, delivered(sent(state, { contact })))
    assertEqual([...(await store.contactsSharing('c1', 9))].sort(), ['same address', 'same both', 'same profile'])
    assert.equal((await store.contactsSharing('c1', 2)).length, 2)
    for (const contact of ['neither', 'nothing', 'unknown']) assertEqual(await store.contactsSharing(contact, 9), [])
  },
}

/** Of stores with a ledger. */
export const contactLedgerCases: StoreCases = {
  'reads several contacts, and outlives their records': async ({ store, clock, settle }) => {
    for (const contact of ['c1', 'c2', 'c"3']) await settle(contact, delivered(sent(a, { contact })))
    clock.advance(1000)
    await store.applyRetention({ settled: 0, dead: 0 })
    const states = await store.readContacts(['c2', 'c"3', 'c2', 'unknown'])
    assertEqual(states.map(({ contact }) => contact).sort(), ['c"3', 'c2'])
    assertEqual(await store.readContacts([]), [])
  },
}
