/** A store of one's own, in a Map: the queue, the delivered keys and the totals. Nothing survives the process. */
import {
  type Clock,
  countableEvents,
  deliveredKeys,
  type EventSend,
  type Lane,
  type LeasedRecord,
  type LeaseRequest,
  type Outcome,
  type Settlement,
  type SourceRecord,
  type Store,
  scopeOf,
  type Tally,
  tallyLine,
  toRetryState,
} from 'intercom-to-klaviyo/runtime'

interface Item {
  readonly record: SourceRecord
  state: 'waiting' | 'leased' | 'ended'
  /** The next attempt, or the end of the lease, by the clock that is never set. */
  due: number
  attempt: number
  cutOffs: number
  lease: string
  retryState?: LeasedRecord['retryState']
}

export class MapStore implements Partial<Store> {
  readonly #clock: Clock
  readonly #items = new Map<string, Item>()
  readonly #delivered = new Set<string>()
  readonly #sends = new Map<string, EventSend>()
  readonly #tallies = new Map<string, Tally>()
  readonly #alarms = new Map<AbortController, Lane>()
  #leases = 0

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock
  }

  async append(records: readonly SourceRecord[]) {
    const news = records.filter(({ id }, i) => !this.#items.has(id) && records.findIndex((it) => it.id === id) === i)
    for (const record of news)
      this.#items.set(record.id, { record, state: 'waiting', due: 0, attempt: 0, cutOffs: 0, lease: '' })
    return this.#wake(news, { added: news.length })
  }

  async lease({ lane, limit, leaseMs, cutOff }: LeaseRequest): Promise<readonly LeasedRecord[]> {
    for (const item of this.#items.values())
      if (item.state === 'leased' && item.due <= this.#now())
        Object.assign(item, { state: 'waiting', due: 0, lease: '', cutOffs: item.cutOffs + 1 })
    const kindOf = ({ cutOffs }: Item) => [undefined, 'once', 'repeatedly'][Math.min(cutOffs, 2)]
    const due = this.#due(lane).filter((item) => kindOf(item) === cutOff)
    due.sort((a, b) => b.cutOffs - a.cutOffs || a.due - b.due)
    return due.slice(0, limit).map((item) => {
      const lease = `lease-${++this.#leases}`
      Object.assign(item, { state: 'leased', due: this.#now() + leaseMs, attempt: item.attempt + 1, lease })
      const { record, attempt, cutOffs, retryState } = item
      return { ...record, lease, attempt, ...(cutOffs > 0 && { cutOffs }), ...(retryState && { retryState }) }
    })
  }

  async renew(records: readonly LeasedRecord[], leaseMs: number) {
    for (const item of this.#held(records)) item.due = this.#now() + leaseMs
  }

  async release(records: readonly LeasedRecord[]) {
    for (const item of this.#held(records))
      Object.assign(item, { state: 'waiting', due: 0, lease: '', attempt: item.attempt - 1 })
    this.#wake(records, undefined)
  }

  async settle(settlements: readonly Settlement[]) {
    const counted = settlements.flatMap(({ record, outcome }) => {
      const [item] = this.#held([record])
      if (item === undefined) return []
      Object.assign(item, { state: 'ended', lease: '', cutOffs: 0, retryState: toRetryState(outcome) })
      if (outcome.status === 'deferred')
        Object.assign(item, { state: 'waiting', due: this.#now() + outcome.until - this.#clock.now() })
      this.#count(record, outcome)
      return [record]
    })
    return this.#wake(counted, counted.length)
  }

  /** The functions of the connector say which events count, and as what. */
  #count(record: SourceRecord, outcome: Outcome) {
    const keys = deliveredKeys(outcome)
    const fresh = new Set(keys.filter((key) => !this.#delivered.has(key)))
    for (const { result } of countableEvents(outcome, record.lane, (key) => fresh.delete(key))) {
      const line = { scope: scopeOf(record), ...tallyLine(result) }
      const name = JSON.stringify(line)
      this.#tallies.set(name, { ...line, count: (this.#tallies.get(name)?.count ?? 0) + 1 })
    }
    for (const key of keys) {
      this.#delivered.add(key)
      this.#sends.delete(key)
    }
  }

  async tallies(scope?: string) {
    return [...this.#tallies.values()].filter((tally) => scope === undefined || tally.scope === scope)
  }

  async mostCutOffs(lane: Lane) {
    return Math.max(0, ...this.#due(lane).map(({ cutOffs }) => cutOffs))
  }

  async isQueued(lane: Lane, orderingKey: string) {
    return this.#open(lane).some(({ record }) => record.orderingKey === orderingKey)
  }

  async backlog(lane: Lane) {
    const times = this.#open(lane).map(({ record }) => record.receivedAt)
    return { records: times.length, ...(times.length > 0 && { oldest: Math.min(...times) }) }
  }

  async wait(lane: Lane, ms: number, signal: AbortSignal) {
    const next = this.#heads(lane).map(({ due }) => due - this.#now())
    const alarm = new AbortController()
    const wake = () => alarm.abort()
    const sleep = Math.min(ms, ...next)
    if (signal.aborted || sleep <= 0) return
    this.#alarms.set(alarm, lane)
    signal.addEventListener('abort', wake)
    await this.#clock.sleep(sleep, alarm.signal)
    signal.removeEventListener('abort', wake)
    this.#alarms.delete(alarm)
  }

  async close() {
    for (const alarm of this.#alarms.keys()) alarm.abort()
  }

  async filterDelivered(keys: readonly string[]) {
    return new Set(keys.filter((key) => this.#delivered.has(key)))
  }

  async beginSends(sends: readonly EventSend[]) {
    const earlier = await this.readSends(sends.map(({ key }) => key))
    for (const send of sends) if (!this.#sends.has(send.key)) this.#sends.set(send.key, send)
    return earlier
  }

  async readSends(keys: readonly string[]) {
    return keys.flatMap((key) => this.#sends.get(key) ?? [])
  }

  async forgetSends(keys: readonly string[]) {
    for (const key of keys) this.#sends.delete(key)
  }

  async moveSends(contact: string, identifiers: EventSend['identifiers']) {
    for (const [key, send] of this.#sends) if (send.contact === contact) this.#sends.set(key, { ...send, identifiers })
  }

  #now() {
    return this.#clock.elapsed?.() ?? this.#clock.now()
  }

  /** Those whose lease still holds. */
  #held(records: readonly LeasedRecord[]) {
    const held = ({ id, lease }: LeasedRecord) => [this.#items.get(id)].filter((item) => item?.lease === lease)
    return records.flatMap(held).filter((item) => item !== undefined)
  }

  /** The records of a lane that have not ended, oldest first. */
  #open(lane: Lane) {
    return [...this.#items.values()].filter(({ record, state }) => record.lane === lane && state !== 'ended')
  }

  /** Of each ordering key the leased record, else the earliest. */
  #heads(lane: Lane) {
    const open = this.#open(lane)
    const byKey = new Map(open.toReversed().map((item) => [item.record.orderingKey, item]))
    for (const item of open) if (item.state === 'leased') byKey.set(item.record.orderingKey, item)
    return open.filter((item) => byKey.get(item.record.orderingKey) === item)
  }

  #due(lane: Lane) {
    return this.#heads(lane).filter(({ state, due }) => state === 'waiting' && due <= this.#now())
  }

  /** Ends the waits in the lanes of these records. */
  #wake<T>(records: readonly SourceRecord[], result: T): T {
    const lanes = new Set(records.map(({ lane }) => lane))
    for (const [alarm, lane] of this.#alarms) if (lanes.has(lane)) alarm.abort()
    return result
  }
}
