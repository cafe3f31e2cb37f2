/** The rules of the queue, as a model that every store behaves like. */
import type { LeaseRequest } from '../../../../ports/store.ts'
import type { Lane, LeasedRecord } from '../../../../ports/types.ts'
import type { End } from './steps.ts'

export interface Item {
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

/** The port's rules of the queue. */
export class Model {
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

/** Of the waiting event of a record. */
export const contactOf = (id: string) => `c${id[1]}`
/** Of the waiting event. Two records have the same, some with another contact. */
export const keyOf = (id: string) => `k${Number(id.slice(1)) % 20}`

export function settleItem(model: Model, item: Item, as: End, until: number): void {
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

export const isQueued = ({ state, parked }: Item) => !parked && (state === 'waiting' || state === 'leased')

/** Makes the items due that wait for the contact; a leased one becomes due when it waits again. */
function identify({ items }: Model, contact: string): void {
  for (const it of items) {
    if (!it.parked || contactOf(it.id) !== contact) continue
    it.released = true
    if (it.state === 'waiting') it.due = 0
  }
}
