/** Groups single calls into few: each caller gets its own answer back. */
import type { Clock } from '../ports/effects.ts'

export interface BatchOptions<I, O> {
  /** A batch goes when it holds this many, or would pass `bytes`. */
  readonly max: number
  readonly bytes?: number
  readonly size?: (item: I) => number
  /** Or when its first item has waited this long, milliseconds. */
  readonly linger: number
  readonly clock: Clock
  /** One answer for each item, in order. An `Error` rejects that item's caller alone; a throw rejects all. */
  readonly run: (items: readonly I[]) => Promise<readonly (O | Error)[]>
}

interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (answer: O) => void
  readonly reject: (error: unknown) => void
}

export interface Batch<I, O> {
  /** Takes one item and resolves with its answer. */
  (item: I): Promise<O>
  /** Waits no longer for more. */
  flush(): void
}

export function batch<I, O>(options: BatchOptions<I, O>): Batch<I, O> {
  const { max, bytes = Number.POSITIVE_INFINITY, size = () => 0, linger, clock } = options
  let open: Waiting<I, O>[] = []
  let weight = 0
  let timer = new AbortController()

  function flush(): void {
    const items = open
    open = []
    weight = 0
    timer.abort()
    if (items.length > 0) void run(items, options)
  }

  function arm(): void {
    timer = new AbortController()
    const { signal } = timer
    void clock.sleep(linger, signal).then(() => {
      if (!signal.aborted) flush()
    })
  }

  const take = (item: I) =>
    new Promise<O>((resolve, reject) => {
      const more = size(item)
      if (weight + more > bytes) flush()
      open.push({ item, resolve, reject })
      weight += more
      if (open.length >= max) flush()
      else if (open.length === 1) arm()
    })
  return Object.assign(take, { flush })
}

async function run<I, O>(waiting: readonly Waiting<I, O>[], options: BatchOptions<I, O>): Promise<void> {
  try {
    const answers = await options.run(waiting.map((one) => one.item))
    waiting.forEach((one, index) => {
      const answer = answers[index]
      if (answer === undefined) one.reject(new Error('a batch gave no answer for an item'))
      else if (answer instanceof Error) one.reject(answer)
      else one.resolve(answer)
    })
  } catch (error) {
    for (const one of waiting) one.reject(error)
  }
}
