/** Remembers which people the destination has: for `people.onlyKnown`, so that no one is asked for with each event. */
import { hash } from 'node:crypto'
import { Batcher } from '../../lib/batcher.ts'
import { BoundedMap } from '../../lib/bounded-map.ts'
import { ageOf } from '../../lib/iso-time.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'
import type { Destination, PersonQuery } from '../../ports/destination.ts'
import type { Clock } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { CacheEntry, Store } from '../../ports/store.ts'
import type { Lane } from '../../ports/types.ts'

export interface KnownPeopleParts {
  readonly destination: Pick<Destination, 'findKnown'>
  readonly store: Pick<Store, 'readCache' | 'writeCache'>
  readonly clock: Clock
  /** Ends requests when the connector closes. */
  readonly signal: AbortSignal
}

const NAMESPACE = 'known-people'
const MINUTE = 60_000
/** A profile may be deleted at the destination, and an event would create it again. As long as stores keep lookups. */
const KNOWN_FOR = 24 * 60 * MINUTE
/** Someone may sign up at any time. History is in no hurry, and asks for the same people for hours. */
const UNKNOWN_FOR: Readonly<Record<Lane, number>> = { live: 10 * MINUTE, backfill: 60 * MINUTE }
const MAX_PEOPLE = 20_000
/** People in one question, and how long it waits for more, milliseconds. History fills its questions. */
const BATCH: Readonly<Record<Lane, { readonly maxItems: number; readonly lingerMs: number }>> = {
  live: { maxItems: 50, lingerMs: 20 },
  backfill: { maxItems: 100, lingerMs: 250 },
}

interface Question {
  readonly key: string
  readonly person: PersonQuery
}

/** Batchers need an answer other than undefined. */
type Answer = Pick<CacheEntry, 'at'> & { readonly known: boolean }

export class KnownPeople {
  readonly #parts: KnownPeopleParts
  readonly #answers = new BoundedMap<string, Answer>(MAX_PEOPLE)
  readonly #questions: Readonly<Record<Lane, Batcher<Question, Answer>>>

  constructor(parts: KnownPeopleParts) {
    this.#parts = parts
    const batcher = (lane: Lane) =>
      new Batcher<Question, Answer>({ ...BATCH[lane], clock: parts.clock, run: (open) => this.#ask(open, lane) })
    this.#questions = { live: batcher('live'), backfill: batcher('backfill') }
  }

  /** Whether the destination has this person. Throws a `Fault` if it does not answer: nothing is decided then. */
  isKnown(person: PersonQuery, lane: Lane): MaybePromise<boolean> {
    const key = keyOf(person)
    const remembered = this.#answers.get(key)
    if (remembered !== undefined && this.#isValid(remembered, lane)) return remembered.known
    return this.#find({ key, person }, lane)
  }

  async #find(question: Question, lane: Lane): Promise<boolean> {
    const [stored] = await this.#parts.store.readCache(NAMESPACE, [question.key])
    const answer = stored && { at: stored.at, known: stored.value === true }
    const valid = answer && this.#isValid(answer, lane) ? answer : await this.#questions[lane].add(question)
    this.#answers.set(question.key, valid)
    return valid.known
  }

  #isValid({ at, known }: Answer, lane: Lane): boolean {
    return ageOf(at, this.#parts.clock.now()) < (known ? KNOWN_FOR : UNKNOWN_FOR[lane])
  }

  async #ask(questions: readonly Question[], lane: Lane): Promise<readonly (Answer | Error)[]> {
    const { destination, store, clock, signal } = this.#parts
    const people = new Map(questions.map(({ key, person }) => [key, person]))
    const found = (await destination.findKnown?.([...people.values()], lane, signal)) ?? []
    const at = clock.now()
    const results = new Map([...people.keys()].map((key, index) => [key, found[index] ?? NO_ANSWER] as const))
    const entries = [...results].flatMap(([key, value]) => (typeof value === 'boolean' ? [{ key, value, at }] : []))
    await store.writeCache(NAMESPACE, entries)
    return questions.map(({ key }) => {
      const result = results.get(key) ?? NO_ANSWER
      return typeof result === 'boolean' ? { at, known: result } : result
    })
  }
}

const NO_ANSWER = new Fault('bug', 'bug/known-people', 'the destination did not say whether it has a person')

/** No address is stored. */
const keyOf = ({ identifiers, profileId }: PersonQuery): string =>
  hash('sha256', JSON.stringify([Object.entries(identifiers).sort(), profileId]))
