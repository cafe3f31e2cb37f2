/** Contract of a store: after any calls in any order it behaves like a tiny model. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LeaseRequest } from '../../runtime/ports/store.ts'
import type { Lane, LeasedRecord, Outcome } from '../../runtime/ports/types.ts'
import { createHarness, type StoreFactory, type StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, ids, record, settlement, skipped } from './store-fixtures.ts'

interface Item {
  readonly id: string
  readonly lane: Lane
  readonly orderingKey: string
  state: 'waiting' | 'leased' | 'done' | 'dead'
  /** Whether it waits for its contact, outside the queue. */
  parked?: boolean
  /** Whether its contact was identified since it was last leased. */
  released?: boolean
  due: number
  attempt: number
  cutOffs: number
  lease?: LeasedRecord
}

/** `waiting`: for the contact of the record, `c` and the first digit of its number. `identified`: skipped, but identifies it. */
type End = Outcome['status'] | 'waiting' | 'identified'

type Step =
  | { readonly do: 'append'; readonly records: readonly { id: number; order: number; lane: Lane }[] }
  | ({ readonly do: 'lease' } & LeaseRequest)
  | { readonly do: 'settle'; readonly which: number; readonly as: End; readonly later: number }
  | { readonly do: 'release' | 'renew'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'replay' }

const lane = fc.constantFrom<Lane>('live', 'backfill')
const small = (max: number) => fc.integer({ min: 0, max })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      records: fc.array(fc.record({ id: small(40), order: small(3), lane }), { maxLength: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        lane,
        limit: small(4),
        leaseMs: small(50),
        cutOff: fc.constantFrom(undefined, undefined, 'once', 'repeatedly'),
      })
      .map(({ cutOff, ...request }) => ({ do: 'lease', ...request, ...(cutOff && { cutOff }) }) as const),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: small(9),
      as: fc.constantFrom<End>('delivered', 'skipped', 'deferred', 'dead', 'waiting', 'identified'),
      later: small(60),
    }),
  },
  fc.record({ do: fc.constantFrom('release' as const, 'renew' as const), which: small(9) }),
  fc.record({ do: fc.constant('advance' as const), ms: small(60) }),
  fc.record({ do: fc.constant('replay' as const) }),
)

/** The port's rules of the queue. */
class Model {
  /** Oldest first. */
  readonly items: Item[] = []
  /** All leases ever leased, including those that no longer hold. */
  readonly leases: LeasedRecord[] = []

  leasable({ lane, cutOff }: Pick<LeaseRequest, 'lane' | 'cutOff'>, now: number): Item[] {
    for (const it of this.items)
      if (it.state === 'leased' && it.due <= now)
        Object.assign(it, { state: 'waiting', due: 0, cutOffs: it.cutOffs + 1 })
    const open = this.items.filter((it) => it.lane === lane && (it.state === 'waiting' || it.state === 'leased'))
    const kind = ({ cutOffs }: Item) => (['once', 'repeatedly'] as const)[Math.min(cutOffs, 2) - 1]
    const free = open.filter((it, i) => {
      if (kind(it) !== cutOff) return false
      if (it.parked) return it.state === 'waiting' && it.due <= now
      const inLine = (other: Item) => other.orderingKey === it.orderingKey && !other.parked
      const sameOrder = open.filter(inLine)
      const earlier = open.slice(0, i).some(inLine)
      return it.due <= now && !earlier && !sameOrder.some(({ state }) => state === 'leased')
    })
    return free.sort((a, b) => b.cutOffs - a.cutOffs || a.due - b.due)
  }

  /** The item of a lease, if the lease still holds. */
  owned(lease: LeasedRecord | undefined): Item | undefined {
    return this.items.find((it) => it.state === 'leased' && it.lease !== undefined && it.lease === lease)
  }
}

const contactOf = (id: string) => `c${id[1]}`
/** Of the waiting event. Two records have the same, some with another contact. */
const keyOf = (id: string) => `k${Number(id.slice(1)) % 20}`

function outcomeOf(as: End, until: number, id: string): Outcome {
  const contact = contactOf(id)
  if (as === 'identified') return { ...skipped('x'), identified: [contact] }
  if (as === 'waiting') {
    const waits = event('M', { status: 'deferred', reason: 'awaiting-identity', contact, key: keyOf(id) })
    return { status: 'deferred', awaits: 'awaiting-identity', until, events: [waits] }
  }
  if (as === 'delivered') return delivered(event('M', { key: id }))
  if (as === 'skipped') return skipped('x')
  return as === 'dead' ? dead() : deferred(until)
}

async function run(it: StoreHarness, model: Model, step: Step): Promise<void> {
  const { store, clock } = it
  const now = clock.now()
  if (step.do === 'advance') clock.advance(step.ms)
  if (step.do === 'append') {
    const records = step.records.map(({ id, order, lane }) => record(`r${id}`, { orderingKey: `o${order}`, lane }))
    const knownIds = new Set(ids(model.items))
    for (const { id, lane, orderingKey } of records) {
      if (!knownIds.has(id))
        model.items.push({ id, lane, orderingKey, state: 'waiting', due: 0, attempt: 0, cutOffs: 0 })
      knownIds.add(id)
    }
    const before = knownIds.size - new Set(ids(records)).size
    const { added } = await store.append(records)
    expect(before + added).toBeLessThanOrEqual(knownIds.size)
    expect(await total(it)).toBe(model.items.filter(isQueued).length)
  }
  if (step.do === 'lease') {
    const expected = model.leasable(step, now).slice(0, step.limit)
    const leased = await store.lease(step)
    for (const item of expected)
      Object.assign(item, { state: 'leased', due: now + step.leaseMs, attempt: item.attempt + 1, released: false })
    expect(leased.map(({ id, attempt }) => ({ id, attempt }))).toEqual(
      expected.map(({ id, attempt }) => ({ id, attempt })),
    )
    for (const [i, item] of expected.entries()) Object.assign(item, { lease: leased[i] })
    model.leases.push(...leased)
  }
  if (step.do === 'replay') {
    const deadItems = model.items.filter(({ state }) => state === 'dead')
    for (const item of deadItems) Object.assign(item, { state: 'waiting', due: 0, attempt: 0, cutOffs: 0 })
    expect(await store.replay('all')).toBe(deadItems.length)
  }
  if ('which' in step) await useLease(it, model, step, model.leases.at(-1 - step.which))
}

async function useLease(
  { store, clock }: StoreHarness,
  model: Model,
  step: Step,
  lease: LeasedRecord | undefined,
): Promise<void> {
  if (lease === undefined) return
  const item = model.owned(lease)
  if (step.do === 'renew') {
    await store.renew([lease], 30)
    if (item) item.due = clock.now() + 30
  }
  if (step.do === 'release') {
    await store.release([lease])
    if (item) Object.assign(item, { state: 'waiting', due: 0, attempt: item.attempt - 1 })
  }
  if (step.do === 'settle') {
    const until = clock.now() + step.later
    expect(await store.settle([settlement(lease, outcomeOf(step.as, until, lease.id))])).toBe(item ? 1 : 0)
    if (item) settleItem(model, Object.assign(item, { cutOffs: 0 }), step.as, until)
  }
}

function settleItem(model: Model, item: Item, as: End, until: number): void {
  if (as === 'deferred') return void Object.assign(item, { state: 'waiting', due: until })
  const holder = model.items.find((it) => it !== item && it.parked && keyOf(it.id) === keyOf(item.id))
  if (as === 'waiting' && holder !== undefined) {
    Object.assign(item, { state: 'done', parked: false })
    if (contactOf(holder.id) !== contactOf(item.id)) identify(model, contactOf(holder.id))
  } else if (as === 'waiting') Object.assign(item, { state: 'waiting', due: item.released ? 0 : until, parked: true })
  else Object.assign(item, { state: as === 'dead' ? 'dead' : 'done', parked: false })
  item.released = false
  if (as === 'identified') identify(model, contactOf(item.id))
}

const isQueued = ({ state, parked }: Item) => !parked && (state === 'waiting' || state === 'leased')

/** Makes what waits for the contact due; what is leased will be due when it waits again. */
function identify({ items }: Model, contact: string): void {
  for (const it of items) {
    if (!it.parked || contactOf(it.id) !== contact) continue
    it.released = true
    if (it.state === 'waiting') it.due = 0
  }
}

async function total({ store }: StoreHarness): Promise<number> {
  const [live, backfill] = await Promise.all([store.backlog('live'), store.backlog('backfill')])
  return live.records + backfill.records
}

async function leaseAny(it: StoreHarness, lane: Lane): Promise<readonly LeasedRecord[]> {
  const pages = [await it.lease({ lane }), await it.lease({ lane, cutOff: 'once' })]
  return [...pages.flat(), ...(await it.lease({ lane, cutOff: 'repeatedly' }))]
}

/** Every appended record is delivered in the end, once, and in the order of its key. */
async function drain(it: StoreHarness, model: Model): Promise<void> {
  it.clock.advance(1_000)
  const open = model.items.filter(({ state }) => state === 'waiting' || state === 'leased')
  const out: LeasedRecord[] = []
  for (const lane of ['live', 'backfill'] as const) {
    for (let page = await leaseAny(it, lane); page.length > 0; page = await leaseAny(it, lane)) {
      out.push(...page)
      await it.store.settle(page.map((leased) => settlement(leased, delivered())))
    }
  }
  expect(ids(out).sort()).toEqual(ids(open).sort())
  const queued = open.filter(isQueued)
  const isInOrder = new Set(ids(queued))
  const line = (items: readonly { id: string; orderingKey: string; lane: Lane }[], of: Item) =>
    ids(items.filter((it) => isInOrder.has(it.id) && it.orderingKey === of.orderingKey && it.lane === of.lane))
  for (const item of queued) expect(line(out, item)).toEqual(line(queued, item))
  expect(await total(it)).toBe(0)
}

export function programCases(create: StoreFactory): void {
  test('behaves like the model', async () => {
    const program = fc.array(step, { minLength: 5, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        const it = await createHarness(create)
        const model = new Model()
        try {
          for (const step of steps) await run(it, model, step)
          await drain(it, model)
        } finally {
          await it.store.close()
        }
      }),
      { numRuns: 100 },
    )
  })
}
