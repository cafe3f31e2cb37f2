/** Reports the calls of the destination, each with the records of its messages. */
import type { Observer } from '../observe/observer.ts'
import { currentScope, nextCall, runInScope } from '../observe/scope.ts'
import type { SendResult } from '../ports/destination.ts'
import { Fault, toFault } from '../ports/fault.ts'
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
    const observer = this.#observer
    if (!observer.isOn) return send()
    const record = currentScope()?.record
    const call = nextCall()
    const start = observer.now()
    const report = (result: SendResult) => {
      const durationMs = observer.now() - start
      const messages = [sentMessage(message, result, record)]
      observer.report({ type: 'sent', call, side: this.#side, lane, bulk: false, durationMs, messages })
    }
    try {
      const receipt = await runInScope({ observer, ...(record && { record }), call }, send)
      report(receipt)
      return receipt
    } catch (error) {
      report(toFault(error))
      throw error
    }
  }

  async many(
    events: readonly MetricEvent[],
    lane: Lane,
    send: () => Promise<readonly SendResult[]>,
  ): Promise<readonly SendResult[]> {
    const observer = this.#observer
    if (!observer.isOn) return send()
    const call = nextCall()
    const start = observer.now()
    const report = (resultOf: (index: number) => SendResult) => {
      const durationMs = observer.now() - start
      const messages = events.map((event, index) => sentMessage(event, resultOf(index), this.#records.get(event)))
      observer.report({ type: 'sent', call, side: this.#side, lane, bulk: true, durationMs, messages })
    }
    try {
      const results = await runInScope({ observer, call }, send)
      report((index) => results[index] ?? UNANSWERED)
      return results
    } catch (error) {
      const fault = toFault(error)
      report(() => fault)
      throw error
    }
  }
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
