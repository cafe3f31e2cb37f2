/** Reads events as a stream: delivers while the consumer asks for more. */
import { linkAbort } from '../lib/abort.ts'
import type { StreamDestination } from './stream-destination.ts'
import type { EventsOptions, StreamedMessage } from './types.ts'

export interface ReadEventsParts {
  readonly destination: StreamDestination
  /** Delivers to the destination until the signal aborts, and settles what was acknowledged. */
  readonly work: (signal: AbortSignal) => Promise<void>
}

export async function* readEvents(
  { destination, work }: ReadEventsParts,
  { signal, acknowledge = 'next' }: EventsOptions,
): AsyncGenerator<StreamedMessage, void, undefined> {
  const { stop, unlink } = linkAbort(signal)
  let failure: { readonly error: unknown } | undefined
  const working = work(stop.signal).catch((error: unknown) => {
    failure = { error }
    stop.abort()
  })
  try {
    for (;;) {
      const message = await destination.next(stop.signal)
      if (message === undefined) break
      yield message
      if (acknowledge === 'next') message.acknowledge()
    }
  } finally {
    unlink()
    stop.abort()
    await working
  }
  if (failure !== undefined) throw failure.error
}
