/** When the profile of an address is asked for: seldom enough to hold up nothing else. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { ProfileIds } from '../../../runtime/delivery/profile-ids.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { OutgoingMessage, Receipt } from '../../../runtime/ports/types.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

function start({ moveProfiles = true, answer }: { moveProfiles?: boolean; answer?: () => Promise<Receipt> } = {}) {
  const clock = virtualClock()
  const sent: OutgoingMessage[] = []
  const state = { backlog: false, answer: answer ?? (async (): Promise<Receipt> => ({ status: 201, profileId: 'P' })) }
  const ids = new ProfileIds({
    spec: { destination: { moveProfiles } } as ConstructorParameters<typeof ProfileIds>[0]['spec'],
    sender: {
      send: (message) => {
        sent.push(message)
        return state.answer()
      },
    },
    hasBacklog: () => state.backlog,
    clock,
    logger: silent,
  })
  const learn = (contact: string, address = 'a') =>
    ids.learn({ contact, address, currentProfile: () => ({ email: `${contact}@mail.sandbox-shop.com` }) })
  return { ids, clock, sent, state, learn }
}

const never = () => new Promise<Receipt>(() => {})
const failsWith = (kind: 'data' | 'config' | 'transient') => () => Promise.reject(new Fault(kind, 'x/y', 'no'))

test('once for each contact and address', async () => {
  const { ids, sent, learn } = start()
  expect([await learn('ann'), await learn('ann'), await learn('bob'), sent.length]).toEqual(['P', 'P', 'P', 2])
  expect([ids.learned('ann', 'a'), ids.learned('ann', 'b'), ids.learned('eve', 'a')]).toEqual([
    'P',
    undefined,
    undefined,
  ])
  await learn('ann', 'b')
  expect(sent).toHaveLength(3)
})

test('an address that the contact gave up is forgotten, also while the answer is under way', async () => {
  const { ids, clock, state, sent, learn } = start()
  await learn('ann')
  ids.forgetOther('ann', 'a')
  expect(ids.learned('ann', 'a')).toBe('P')
  ids.forgetOther('ann', 'b')
  expect(ids.learned('ann', 'a')).toBeUndefined()
  const waiting: ((receipt: Receipt) => void)[] = []
  state.answer = () => new Promise((resolve) => waiting.push(resolve))
  const first = learn('ann')
  ids.forgetOther('ann', 'b')
  const second = learn('ann')
  waiting[0]?.({ status: 200, profileId: 'of b' })
  expect(await first).toBeUndefined()
  waiting[1]?.({ status: 200, profileId: 'of a' })
  expect([await second, ids.learned('ann', 'a'), sent.length]).toEqual(['of a', 'of a', 3])
  await clock.advance(2_000)
})

test('not under a backlog, and not if profiles stay', async () => {
  const busy = start()
  busy.state.backlog = true
  expect([await busy.learn('ann'), busy.sent.length]).toEqual([undefined, 0])
  busy.state.backlog = false
  expect(await busy.learn('ann')).toBe('P')
  const off = start({ moveProfiles: false })
  expect([await off.learn('ann'), off.sent.length]).toEqual([undefined, 0])
})

test('only a few at once; a second event of the contact does not wait', async () => {
  const { clock, sent, learn } = start({ answer: never })
  const waiting = Promise.all(['a', 'b', 'c', 'd'].map((contact) => learn(contact)))
  expect([await learn('e'), await learn('a'), sent.length]).toEqual([undefined, undefined, 4])
  await clock.advance(2_000)
  expect(await waiting).toEqual([undefined, undefined, undefined, undefined])
})

test('after a failure that others would share it pauses, then asks again', async () => {
  for (const kind of ['config', 'transient'] as const) {
    const { clock, state, sent, learn } = start({ answer: failsWith(kind) })
    expect([await learn('ann'), await learn('bob'), sent.length]).toEqual([undefined, undefined, 1])
    state.answer = async () => ({ status: 200, profileId: 'P' })
    await clock.advance(60_000)
    expect(await learn('ann')).toBe('P')
  }
})

test('an address that is refused is not asked for again', async () => {
  const { sent, state, learn } = start({ answer: failsWith('data') })
  await learn('ann')
  state.answer = async () => ({ status: 200, profileId: 'P' })
  expect([await learn('ann'), await learn('bob'), sent.length]).toEqual([undefined, 'P', 2])
})
