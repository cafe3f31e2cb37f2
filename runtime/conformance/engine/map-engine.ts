/** Maps the records of cases by the spec's own code, without a queue: fast, for plain cases and their variants. */

import { propertyTimesOf, withoutOlder } from '../../delivery/set-properties.ts'
import { isEarlier } from '../../lib/contact-state.ts'
import { presentMembers } from '../../lib/present-members.ts'
import { type CompiledPlan, compilePlan } from '../../mapping/compile-plan.ts'
import type { MappedOccurrence } from '../../mapping/map-events.ts'
import { type MapRecordParts, mapRecord, type RecordToDeliver } from '../../mapping/map-record.ts'
import { ContactStates } from '../../mapping/person/contact-states.ts'
import { pickIdentifiers } from '../../mapping/person/person-state.ts'
import type { EventWait, MappedMessage } from '../../mapping/types.ts'
import type { Destination } from '../../ports/destination.ts'
import { toFault } from '../../ports/fault.ts'
import { ALREADY_DELIVERED, ALREADY_WAITING } from '../../ports/ledger.ts'
import type { Json } from '../../ports/types.ts'
import { isForeign } from '../../source/account-pin.ts'
import type { LookupSpec, Spec } from '../../spec/spec.ts'
import { layLookups } from '../lay-lookups.ts'
import type { CaseEngine, CaseInput, CaseOccurrence, CaseResult, CaseStep } from '../types.ts'
import { toSourceRecord } from './source-record.ts'
import { toOccurrence } from './to-occurrence.ts'

export interface MapEngineParts {
  readonly spec: Spec
  /** Fits messages into the destination's limits, as sending does. */
  readonly fit: Destination['fit']
}

/**
 * An engine without memory between inputs. Live delivery of every metric began long ago, and an import runs before any of
 * it. The destination knows everyone; waiting events end at once, as after their time.
 */
export function createMapEngine(parts: MapEngineParts): CaseEngine {
  const plan = compilePlan(parts.spec)
  return {
    run: (input) => new CaseRun(input, parts, plan).run(),
    close: async () => {},
  }
}

type WaitingOccurrence = MappedOccurrence & { readonly wait: EventWait }

/** An event that is later than the clock is waited for at least until it happens. Milliseconds since 1970. */
const endOf = ({ wait, identity: { time } }: WaitingOccurrence): number =>
  Math.max(wait.expires, time === undefined ? 0 : Date.parse(time))

const isWaiting = (one: MappedOccurrence): one is WaitingOccurrence => 'wait' in one

const NONE: ReadonlySet<string> = new Set()

class CaseRun {
  readonly #input: CaseInput
  readonly #parts: MapEngineParts
  readonly #plan: CompiledPlan
  readonly #delivered = new Set<string>()
  readonly #contacts = new ContactStates({ readContacts: async () => [] })
  readonly #occurrences: CaseOccurrence[] = []
  #lookups: CaseInput['lookups']

  constructor(input: CaseInput, parts: MapEngineParts, plan: CompiledPlan) {
    this.#input = input
    this.#parts = parts
    this.#plan = plan
    this.#lookups = input.lookups
  }

  async run(): Promise<CaseResult> {
    for (const step of this.#input.steps) {
      this.#lookups = layLookups(this.#lookups, step.lookups)
      for (const record of step.records) {
        try {
          const source = await toSourceRecord(record, step, this.#input, this.#parts.spec)
          const { workspace } = this.#input
          // A notification of another account is skipped as a whole. One that names none is of ours.
          if (!isForeign(source.workspace, { id: workspace, inWebhooks: undefined }))
            await this.#deliver({ ...source, workspace }, step)
        } catch (error) {
          this.#fail('', error)
        }
      }
    }
    return { id: this.#input.id, occurrences: this.#occurrences }
  }

  /** Maps the record again when a wait of it ends, until none is left. */
  async #deliver(record: RecordToDeliver, { ingress, at }: CaseStep): Promise<void> {
    const isHistory = ingress === 'backfill'
    let now = Date.parse(at)
    let mapped = await this.#map(record, now, isHistory)
    for (;;) {
      const waiting = mapped.filter(isWaiting)
      for (const one of mapped) if (!isWaiting(one)) await this.#end(one)
      if (waiting.length === 0) return
      const awaited = waiting.flatMap(({ identity: { key } }) => (key === undefined ? [] : [key]))
      now = Math.max(now + 1, Math.min(...waiting.map(endOf)))
      const again = await this.#map({ ...record, awaited }, now, isHistory)
      mapped = again.filter(({ identity: { key = '' } }) => awaited.includes(key))
    }
  }

  async #map(record: RecordToDeliver, now: number, isHistory: boolean): Promise<readonly MappedOccurrence[]> {
    const began = isHistory ? undefined : 0
    const parts: MapRecordParts = {
      spec: this.#parts.spec,
      plan: this.#plan,
      lookups: { find: (lookup, key) => this.#find(lookup, key), peek: () => undefined, invalidate: async () => {} },
      contacts: this.#contacts,
      sourceTime: () => now,
      isCurrentRun: async () => true,
      filterDelivered: async (keys) => new Set(keys.filter((key) => this.#delivered.has(key))),
      filterWaiting: async () => NONE,
      readSends: async () => [],
      isQueued: async () => false,
      liveSince: () => began,
      firstWebhookAt: () => began,
    }
    const mapped = await mapRecord(record, parts)
    return typeof mapped === 'string' ? [] : mapped
  }

  #find({ name }: LookupSpec, key: string): Json | undefined {
    const rows = this.#lookups[name]
    return rows !== undefined && Object.hasOwn(rows, key) ? presentOf(rows[key] as Json) : undefined
  }

  async #end(mapped: MappedOccurrence): Promise<void> {
    const { metric } = mapped.identity
    // The result of a whole record, and repetitions, are no occurrences.
    if ('fault' in mapped) this.#fail(metric, mapped.fault)
    else if ('message' in mapped) await this.#send(mapped, metric)
    else if ('skipped' in mapped && metric !== '' && !REPETITIONS.has(mapped.skipped))
      this.#occurrences.push({ metric, skipped: mapped.skipped })
  }

  async #send(mapped: Extract<MappedOccurrence, MappedMessage>, metric: string): Promise<void> {
    const { message, person } = mapped
    const previous = person && this.#contacts.newerOfSent(person.contact, person.previous)
    if (message.kind === 'profile' && isEarlier(person?.updatedAt, previous?.updatedAt)) {
      this.#occurrences.push({ metric, skipped: 'outdated' })
      return
    }
    try {
      const times = person === undefined ? {} : await this.#contacts.propertyTimes(person.contact)
      const current = withoutOlder(mapped, times)
      const fitted = this.#parts.fit(current.message).message
      this.#occurrences.push(toOccurrence(fitted, mapped.identity))
      this.#remember(current)
    } catch (error) {
      this.#fail(metric, error)
    }
  }

  #remember(mapped: Extract<MappedOccurrence, MappedMessage>): void {
    const { message, person, identity } = mapped
    if (message.kind === 'event') this.#delivered.add(message.key)
    if (person === undefined || identity.lane === 'backfill' || person.isOutdated) return
    const { contact, updatedAt } = person
    const state = { contact, ...(updatedAt !== undefined && { updatedAt }), ...propertyTimesOf(mapped) }
    this.#contacts.remember(state, pickIdentifiers(message.profile, this.#parts.spec))
  }

  #fail(metric: string, error: unknown): void {
    const { code, message, place } = toFault(error).info()
    this.#occurrences.push({ metric, fault: { code, message, ...(place !== undefined && { place }) } })
  }
}

const REPETITIONS: ReadonlySet<string> = new Set([ALREADY_DELIVERED, ALREADY_WAITING])

/** Cases of a file share their resources, and variants share most. */
const present = new WeakMap<object, Json>()

/** As the client of the source gives it. */
function presentOf(resource: Json): Json | undefined {
  if (typeof resource !== 'object') return resource
  if (resource === null) return undefined
  const known = present.get(resource)
  if (known !== undefined) return known
  const value = presentMembers(resource)
  present.set(resource, value)
  return value
}
