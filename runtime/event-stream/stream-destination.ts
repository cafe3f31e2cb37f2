/** The destination of a stream of events: hands over one message after another, and holds each until it is acknowledged. */
import { Latch } from '../lib/latch.ts'
import type { Destination, SendResult } from '../ports/destination.ts'
import type { Lane, Outcome, OutgoingMessage, Receipt } from '../ports/types.ts'
import { eventMark, formatCursor } from './event-cursor.ts'
import type { StreamedMessage } from './types.ts'

const RECEIPT: Receipt = { status: 200 }

interface HeldMessage {
  readonly message: OutgoingMessage
  readonly lane: Lane
  readonly acknowledge: () => void
}

export class StreamDestination implements Destination {
  /** One: of several sent together none would be settled before the last is acknowledged. */
  readonly batch = { events: 1, bytes: Number.POSITIVE_INFINITY }
  /** Marks of events that the consumer has, whatever the store delivers again. */
  readonly #known: ReadonlySet<string>
  readonly #held: HeldMessage[] = []
  readonly #arrived = new Latch()
  /** By mark, the number of each event that was handed over and is not settled on disk. */
  readonly #unsettled = new Map<string, number>()
  #count = 0

  constructor(known: ReadonlySet<string>) {
    this.#known = known
  }

  /** The next message. Undefined once the signal has aborted. */
  async next(signal: AbortSignal): Promise<StreamedMessage | undefined> {
    while (!signal.aborted) {
      const held = this.#held.shift()
      if (held !== undefined) return this.#handOver(held)
      await this.#arrived.wait(signal)
    }
    return undefined
  }

  /** The outcome of a record is on disk: what was delivered of it does not come again. */
  settle({ events }: Outcome): void {
    for (const { key, status } of events)
      if (key !== undefined && status === 'delivered') this.#unsettled.delete(eventMark(key))
  }

  send(message: OutgoingMessage): Promise<Receipt> {
    return this.#hold(message, 'live')
  }

  sendMany(messages: readonly OutgoingMessage[], lane: Lane): Promise<readonly SendResult[]> {
    return Promise.all(messages.map((message) => this.#hold(message, lane)))
  }

  sizeOf(): number {
    return 1
  }

  fit<M extends OutgoingMessage>(message: M) {
    return { message, changes: [] }
  }

  previewBodies(): readonly [] {
    return []
  }

  #hold(message: OutgoingMessage, lane: Lane): Promise<Receipt> {
    if (message.kind === 'event' && this.#known.has(eventMark(message.key))) return Promise.resolve(RECEIPT)
    return new Promise((resolve) => {
      this.#held.push({ message, lane, acknowledge: () => resolve(RECEIPT) })
      this.#arrived.open()
    })
  }

  async #handOver({ message, lane, acknowledge }: HeldMessage): Promise<StreamedMessage> {
    const profile = (await message.currentProfile?.()) ?? message.profile
    const count = ++this.#count
    if (message.kind === 'event') this.#unsettled.set(eventMark(message.key), count)
    const { currentProfile: _, ...rest } = message
    // Neither belongs to the JSON that a consumer writes.
    return Object.defineProperties({ ...rest, profile, lane } as StreamedMessage, {
      cursor: { get: () => this.#cursorAt(count) },
      acknowledge: { value: acknowledge },
    })
  }

  /** What is settled by now needs no place in it, however late it is asked for. */
  #cursorAt(count: number): string {
    return formatCursor([...this.#unsettled].flatMap(([mark, number]) => (number <= count ? [mark] : [])))
  }
}
