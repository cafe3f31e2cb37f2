/** Groups single calls into batches; each caller gets the answer for its own item. */
import type { Clock } from '../ports/effects.ts'

export interface BatcherOptions<Item, Answer> {
  /** A batch runs when it holds this many items, or would exceed `maxBytes`. */
  readonly maxItems: number
  readonly maxBytes?: number
  readonly sizeOf?: (item: Item) => number
  /** Or when its first item has waited this long, milliseconds. */
  readonly lingerMs: number | (() => number)
  readonly clock: Clock
  /** Returns one answer for each item, in order. An `Error` rejects that item's caller alone; a throw rejects all. */
  readonly run: (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>
}

interface PendingItem<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

export class Batcher<Item, Answer> {
  readonly #options: BatcherOptions<Item, Answer>
  #pending: PendingItem<Item, Answer>[] = []
  #bytes = 0
  #timer = new AbortController()

  constructor(options: BatcherOptions<Item, Answer>) {
    this.#options = options
  }

  /** Adds an item to the open batch and resolves with its answer. */
  add(item: Item): Promise<Answer> {
    const { maxItems, maxBytes = Number.POSITIVE_INFINITY, sizeOf } = this.#options
    return new Promise<Answer>((resolve, reject) => {
      const bytes = sizeOf === undefined ? 0 : sizeOf(item)
      if (this.#bytes + bytes > maxBytes) this.flush()
      this.#pending.push({ item, resolve, reject })
      this.#bytes += bytes
      if (this.#pending.length >= maxItems) this.flush()
      else if (this.#pending.length === 1) this.#startTimer()
    })
  }

  /** Runs the open batch now. */
  flush(): void {
    const pending = this.#pending
    this.#pending = []
    this.#bytes = 0
    this.#timer.abort()
    if (pending.length > 0) void this.#run(pending)
  }

  #startTimer(): void {
    this.#timer = new AbortController()
    const { signal } = this.#timer
    const { lingerMs, clock } = this.#options
    void clock.sleep(typeof lingerMs === 'number' ? lingerMs : lingerMs(), signal).then(() => {
      if (!signal.aborted) this.flush()
    })
  }

  async #run(pending: readonly PendingItem<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.run(pending.map(({ item }) => item))
      pending.forEach(({ resolve, reject }, index) => {
        const answer = answers[index]
        if (answer === undefined) reject(new Error('the batch returned no answer for an item'))
        else if (answer instanceof Error) reject(answer)
        else resolve(answer)
      })
    } catch (error) {
      for (const { reject } of pending) reject(error)
    }
  }
}
