/** Listens for a signal's abort, from any number of places at once. */
import { setMaxListeners } from 'node:events'

/** Calls `listener` once when the signal aborts. Returns a function that stops listening; every caller has to call it. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // One signal stops a whole process, so hundreds of requests listen to it at once. Node warns from the 11th on.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

/**
 * A controller that aborts with any of the signals, at once if one has, until `unlink`, which every caller has to call.
 *
 * Not `AbortSignal.any`: in Node 20 that keeps every derived signal alive as long as the first, which may live as long as
 * the process.
 */
export function linkAbort(...signals: readonly (AbortSignal | undefined)[]) {
  const stop = new AbortController()
  const links = signals.map((signal) => signal && onAbort(signal, () => stop.abort()))
  if (signals.some((signal) => signal?.aborted)) stop.abort()
  return {
    stop,
    unlink() {
      for (const unlink of links) unlink?.()
    },
  }
}

/** Resolves when the signal aborts, at once if it has. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else onAbort(signal, resolve)
  })
}

/** The promise, which goes on, or a rejection with `abortError()` once the signal aborts: for a caller of shared work. */
export async function waitFor<T>(promise: Promise<T>, signal: AbortSignal, abortError: () => Error): Promise<T> {
  let stopListening: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(abortError())
    stopListening = onAbort(signal, stop)
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stopListening()
  }
}
