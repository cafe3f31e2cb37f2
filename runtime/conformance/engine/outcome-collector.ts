/** Turns the outcomes of records into the occurrences of a case. */
import { compareTexts } from '../../lib/text/compare-texts.ts'
import { ALREADY_DELIVERED, ALREADY_WAITING } from '../../ports/ledger.ts'
import type { EventResult, FaultInfo, OutgoingMessage, Receipt, Settlement } from '../../ports/types.ts'
import type { CaseOccurrence } from '../types.ts'
import { toOccurrence } from './to-occurrence.ts'

/** These say that another record or lane brings the event, or has brought it; or that the record holds none. */
const NO_ENDINGS: ReadonlySet<string> = new Set([
  ALREADY_DELIVERED,
  ALREADY_WAITING,
  'after-live-began',
  'after-until',
  'before-since',
  'no-occurrence',
  'not-selected',
  'nothing-new',
  'outdated',
  'unknown-topic',
])

/** An occurrence, and by what it is put in order. */
interface Ending {
  readonly occurrence: CaseOccurrence
  readonly time?: string | undefined
  readonly key?: string | undefined
}

export class OutcomeCollector {
  /** While set, failures are no endings: their records are replayed. */
  ignoresFaults = false
  readonly #messageOf: (receipt: Receipt) => OutgoingMessage | undefined
  /** By metric and key where there is one: an event that was skipped may be sent later. */
  readonly #endings = new Map<string, Ending>()
  readonly #waiting = new Map<string, Ending>()
  #count = 0

  constructor(messageOf: (receipt: Receipt) => OutgoingMessage | undefined) {
    this.#messageOf = messageOf
  }

  add(settlements: readonly Settlement[]): void {
    for (const { outcome } of settlements) {
      for (const event of outcome.events) this.#addEvent(event)
      const isOfRecord = !outcome.events.some(({ status }) => status === 'dead' || status === 'skipped')
      if (outcome.status === 'dead' && isOfRecord) this.addFault(outcome.fault)
      if (outcome.status === 'skipped' && isOfRecord && !NO_ENDINGS.has(outcome.reason))
        this.#end({ occurrence: { metric: '', skipped: outcome.reason } })
    }
  }

  /** A fault that concerns a record as a whole. */
  addFault(fault: FaultInfo, metric = '', event: Partial<EventResult> = {}): void {
    if (this.ignoresFaults) return
    const { code, message, place } = fault
    const info = { code, message, ...(place !== undefined && { place }) }
    this.#end({ occurrence: { metric, fault: info }, time: event.time, key: event.key })
  }

  /** In the order in which they ended, or of their times. */
  list(isSorted: boolean): readonly CaseOccurrence[] {
    const all = [...this.#endings.values(), ...this.#waiting.values()]
    const sorted = isSorted ? all.sort((a, b) => compare(a.time, b.time) || compare(a.key, b.key)) : all
    return sorted.map(({ occurrence }) => occurrence)
  }

  #addEvent(event: EventResult): void {
    const { metric, status, reason = '', key, time, receipt, fault } = event
    const skipped = { occurrence: { metric, skipped: reason }, time, key }
    const message = receipt && this.#messageOf(receipt)
    if (message) this.#end({ occurrence: toOccurrence(message, event), time, key }, true)
    else if (status === 'dead' && fault) this.addFault(fault, metric, event)
    else if (status === 'deferred' && key !== undefined) this.#waiting.set(key, skipped)
    else if (status === 'skipped' && metric !== '' && !NO_ENDINGS.has(reason)) this.#end(skipped)
  }

  /** A sent event is never replaced: one that is sent twice is listed twice. */
  #end(ending: Ending, isSent = false): void {
    const { occurrence, key } = ending
    if (key !== undefined) this.#waiting.delete(key)
    const name = key === undefined || isSent ? `${++this.#count}` : `${occurrence.metric} ${key}`
    if (isSent && key !== undefined) this.#endings.delete(`${occurrence.metric} ${key}`)
    this.#endings.set(name, ending)
  }
}

/** What has no time comes last. */
const compare = (a = '~', b = '~'): number => compareTexts(a, b)
