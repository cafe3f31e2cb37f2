/** Runs a program on a store and on the model, and compares them at each step. */
import assert from 'node:assert/strict'
import type { Lane, LeasedRecord, Outcome } from '../../../../ports/types.ts'
import { assertEqual } from '../../assertions.ts'
import { dead, deferred, delivered, event, ids, record, settlement, skipped } from '../fixtures.ts'
import { createHarness, type StoreFactory, type StoreHarness } from '../store-harness.ts'
import { contactOf, type Item, isQueued, keyOf, Model, settleItem } from './model.ts'
import type { End, Step } from './steps.ts'

/** Throws an `AssertionError` where the store differs from the model. */
export async function runProgram(make: StoreFactory, steps: readonly Step[]): Promise<void> {
  const it = await createHarness(make)
  const model = new Model()
  try {
    for (const step of steps) await run(it, model, step)
    await drain(it, model)
  } finally {
    await it.store.close()
  }
}

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
    assert.ok(before + added <= knownIds.size)
    assert.equal(await total(it), model.items.filter(isQueued).length)
  }
  if (step.do === 'lease') {
    const expected = model.leasable(step, now).slice(0, step.limit)
    const leased = await store.lease(step)
    for (const item of expected)
      Object.assign(item, { state: 'leased', due: now + step.leaseMs, attempt: item.attempt + 1, released: false })
    assertEqual(
      leased.map(({ id, attempt, cutOffs = 0 }) => ({ id, attempt, cutOffs })),
      expected.map(({ id, attempt, cutOffs }) => ({ id, attempt, cutOffs })),
    )
    for (const [i, item] of expected.entries()) Object.assign(item, { lease: leased[i] })
    model.leases.push(...leased)
  }
  if (step.do === 'replay') {
    const deadItems = model.items.filter(({ state }) => state === 'dead')
    for (const item of deadItems) Object.assign(item, { state: 'waiting', due: 0, attempt: 0, cutOffs: 0 })
    assert.equal(await store.replay('all'), deadItems.length)
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
    assert.equal(await store.settle([settlement(lease, outcomeOf(step.as, until, lease.id))]), item ? 1 : 0)
    if (item) settleItem(model, Object.assign(item, { cutOffs: 0 }), step.as, until)
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
  assertEqual(ids(out).sort(), ids(open).sort())
  const queued = open.filter(isQueued)
  const isInOrder = new Set(ids(queued))
  const line = (items: readonly { id: string; orderingKey: string; lane: Lane }[], of: Item) =>
    ids(items.filter((it) => isInOrder.has(it.id) && it.orderingKey === of.orderingKey && it.lane === of.lane))
  for (const item of queued) assertEqual(line(out, item), line(queued, item))
  assert.equal(await total(it), 0)
}
