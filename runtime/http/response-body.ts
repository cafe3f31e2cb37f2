/** Reads the body of a response within a limit, and large ones of one side one after another. */
import pLimit, { type LimitFunction } from 'p-limit'
import { onAbort } from '../lib/abort.ts'

/** Bytes, decompressed, up to which any number of bodies are read at once. */
const SMALL = 1024 * 1024

/**
 * By the side's name, over all of its clients in the process. Ten answers of 64 MiB at once would fill the memory of a
 * small machine; the connection of one that waits its turn stands still meanwhile.
 */
const largeBodies = new Map<string, LimitFunction>()

export interface BodyOptions {
  /** The side that answers. */
  readonly side: string
  /** Bytes, decompressed. */
  readonly limit: number
  /** Aborting it ends the reading and the connection. */
  readonly signal: AbortSignal
}

/** All bytes of a body as `parse` converts them, or undefined if there are more than `limit`. Then the rest is not read. */
export async function readResponseBody<T>(
  body: Response['body'],
  options: BodyOptions,
  parse: (bytes: Buffer) => T,
): Promise<T | undefined> {
  const { side, limit, signal } = options
  if (body === null) return parse(Buffer.alloc(0))
  const reader = body.getReader()
  // A fetch of the host may ignore the signal, and Node's may have lost it.
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined)
  const stopListening = onAbort(signal, cancel)
  if (signal.aborted) cancel()
  try {
    const chunks = new Chunks(reader)
    const read = async (upTo: number) => {
      const isComplete = await chunks.readUpTo(upTo)
      // A cancelled body ends like a complete one.
      signal.throwIfAborted()
      return isComplete
    }
    if (await read(Math.min(SMALL, limit))) return parse(chunks.bytes())
    return await largeBodiesOf(side)(async () => ((await read(limit)) ? parse(chunks.bytes()) : undefined))
  } finally {
    stopListening()
    // A body left unread would hold its connection.
    cancel()
  }
}

function largeBodiesOf(side: string): LimitFunction {
  const limit = largeBodies.get(side) ?? pLimit(1)
  largeBodies.set(side, limit)
  return limit
}

class Chunks {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #chunks: Uint8Array[] = []
  #length = 0

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader
  }

  /** Reads on. Resolves to whether the body has ended with at most `limit` bytes in all. */
  async readUpTo(limit: number): Promise<boolean> {
    while (this.#length <= limit) {
      const { done, value } = await this.#reader.read()
      if (done) return true
      this.#chunks.push(value)
      this.#length += value.length
    }
    return false
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#length)
  }
}
