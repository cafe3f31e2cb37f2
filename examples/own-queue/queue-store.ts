/** The connector's store on a queue of the host: records and outcomes are the host's, the rest is in the store below. */
import {
  type Checkpoint,
  type ContactState,
  deliveredContacts,
  deliveredKeys,
  identifiedContacts,
  type Json,
  type LeasedRecord,
  type Outcome,
  type SourceRecord,
  type Store,
  toRetryState,
  waitingEvents,
} from 'intercom-to-klaviyo/runtime'
import type { Table } from './file-table.ts'

/** A record in the queue, with what its next attempt has to know of the last one. */
export interface Job extends Partial<Pick<LeasedRecord, 'retryState' | 'awaited'>> {
  readonly record: SourceRecord
  readonly attempt: number
  /** When it is due, milliseconds since 1970. Undefined: it has ended. */
  readonly runAt?: number
  /** The contacts that its waiting events are of. */
  readonly contacts?: readonly string[]
}

export class JobQueue {
  readonly #jobs: Table<Job>
  readonly #results: Table<Json>

  constructor(jobs: Table<Job>, results: Table<Json>) {
    this.#jobs = jobs
    this.#results = results
  }

  /** The store for `intercomToKlaviyo`: `base` keeps checkpoints, cached lookups and notes of sends. */
  over(base: Store): Store {
    const own: Partial<Store> = {
      append: (records, checkpoint) => this.#append(records, base, checkpoint),
      backlog: async () => ({ records: this.#open().length }),
      isQueued: async (lane, key) => this.#open().some(({ record }) => orderOf(record) === `${lane} ${key}`),
      filterDelivered: async (keys) => new Set(keys.filter((key) => this.#results.get(`event ${key}`))),
      filterWaiting: async (keys) => {
        const waiting = new Set(this.#open().flatMap(({ awaited = [] }) => awaited))
        return new Set(keys.filter((key) => waiting.has(key)))
      },
      readContacts: async (ids) =>
        ids.flatMap((id) => (this.#results.get(`contact ${id}`) as ContactState | undefined) ?? []),
      contactsSharing: async () => [], // an index of contacts by `profileId` and `address` would give them
    }
    return new Proxy(base, {
      get: (target, name: keyof Store) => own[name] ?? (target[name] as () => unknown).bind(target),
    })
  }

  /** A job keeps its id when it has ended: a webhook that arrives twice runs once. */
  async #append(records: readonly SourceRecord[], base: Store, checkpoint?: Checkpoint) {
    if (checkpoint) await base.writeCheckpoints([checkpoint])
    const added = records.filter(({ id }) => this.#jobs.get(id) === undefined)
    await Promise.all(added.map((record) => this.#jobs.set(record.id, { record, attempt: 1, runAt: 0 })))
    return { added: added.length }
  }

  #open() {
    return [...this.#jobs.values()].filter(({ runAt }) => runAt !== undefined)
  }

  /** The due jobs. Of those with one ordering key the earliest only: the notices of a conversation keep their order. */
  due(now: number): readonly Job[] {
    const heads = new Map(
      this.#open()
        .toReversed()
        .map((job) => [job.awaited ? job.record.id : orderOf(job.record), job]),
    )
    return [...heads.values()].filter(({ runAt = 0 }) => runAt <= now)
  }

  /** Keeps what later deliveries ask for; then ends the job, or puts it off. */
  async settle(job: Job, outcome: Outcome): Promise<void> {
    for (const key of deliveredKeys(outcome)) await this.#results.set(`event ${key}`, true)
    for (const state of deliveredContacts(outcome)) await this.#results.set(`contact ${state.contact}`, { ...state })
    await this.#jobs.set(job.record.id, nextAttempt(job, outcome))
    // Events wait for contacts without an address: until this record showed who they are.
    const identified = new Set(identifiedContacts(outcome))
    for (const each of this.#open())
      if (each.contacts?.some((contact) => identified.has(contact)))
        await this.#jobs.set(each.record.id, { ...each, runAt: 0 })
  }
}

const orderOf = ({ lane, orderingKey }: SourceRecord) => `${lane} ${orderingKey}`

function nextAttempt({ record, attempt }: Job, outcome: Outcome): Job {
  if (outcome.status !== 'deferred') return { record: { ...record, body: '' }, attempt } // no text of people is kept
  const retryState = toRetryState(outcome)
  const waiting = [...waitingEvents(outcome).values()]
  return {
    ...{ record, attempt: attempt + 1, runAt: outcome.until },
    ...(retryState && { retryState }),
    ...(outcome.awaits && { awaited: waiting.map(({ key }) => key), contacts: waiting.map(({ contact }) => contact) }),
  }
}
