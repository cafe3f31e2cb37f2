/** Reports the calls of the destination, each with the records of its messages. */
import type { Observer } from '../observe/observer.ts'
import { currentScope, nextCall, runInScope } from '../observe/scope.ts'
import type { SendResult } from '../ports/destination.ts'
import { Fault } from '../ports/fault.ts'
import type { ObservedRecord, SentMessage } from '../ports/observation.ts'
import type { Lane, MetricEvent, OutgoingMessage, Receipt } from '../ports/types.ts'

/** In a name, no metric has one. */
const PROFILE = 'Profile'

export class SendObserver {
  readonly #side: string
  readonly #observer: Observer
  /** The records of events that wait for a full request. */
  readonly #records = new WeakMap<MetricEvent, ObservedRecord>()

  constructor(side: string, observer: Observer) {
    this.#side = side
    this.#observer = observer
  }

  /** Keeps the record of an event that is sent with others, later and in the scope of none. */
  note(event: MetricEvent): MetricEvent {
    const record = currentScope()?.record
    if (record !== undefined) this.#records.set(event, record)
    return event
  }

  async one(message: OutgoingMessage, lane: Lane, send: () => Promise<Receipt>): Promise<Receipt> {
    if (!this.#observer.isOn) return send()
    const record = currentScope()?.record
    const messages = (result: SendResult) => [sentMessage(message, result, record)]
    return this.#measure({ lane, bulk: false, record, messages }, send)
  }

  async many(
    events: readonly MetricEvent[],
    lane: Lane,
    send: () => Promise<readonly SendResult[]>,
  ): Promise<readonly SendResult[]> {
    if (!this.#observer.isOn) return send()
    const messages = (results: readonly SendResult[] | Fault) =>
      events.map((event, index) => {
        const result = results instanceof Fault ? results : (results[index] ?? UNANSWERED)
        return sentMessage(event, result, this.#records.get(event))
      })
    return this.#measure({ lane, bulk: true, messages }, send)
  }

  #measure<T>({ record, messages, ...rest }: CallToObserve<T>, send: () => Promise<T>): Promise<T> {
    const observer = this.#observer
    const call = nextCall()
    return observer.measure(
      () => runInScope({ observer, ...(record && { record }), call }, send),
      (result, durationMs) => ({
        type: 'sent',
        call,
        side: this.#side,
        ...rest,
        durationMs,
        messages: messages(result),
      }),
    )
  }
}

interface CallToObserve<T> {
  readonly lane: Lane
  readonly bulk: boolean
  readonly record?: ObservedRecord | undefined
  readonly messages: (result: T | Fault) => readonly SentMessage[]
}

const UNANSWERED = new Fault('bug', 'bug/no-result', 'the destination returned no result for a message')

function sentMessage(message: OutgoingMessage, result: SendResult, record: ObservedRecord | undefined): SentMessage {
  return {
    metric: message.kind === 'event' ? message.metric : PROFILE,
    ...(result instanceof Fault
      ? { outcome: 'refused', reason: result.code }
      : { outcome: 'accepted', status: result.status }),
    ...(message.kind === 'event' && { key: message.key }),
    ...(record && { record: record.record, attempt: record.attempt }),
    ...(record?.trace !== undefined && { trace: record.trace }),
  }
}
