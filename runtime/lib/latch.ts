/** Wakes everyone who waits for a change. */
import { onAbort } from './abort.ts'

export class Latch {
  #waiting = new Set<() => void>()

  /** Wakes all who wait now. */
  open(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const wake of waiting) wake()
  }

  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        stopListening()
        resolve()
      }
      const stopListening = onAbort(signal, wake)
      this.#waiting.add(wake)
    })
  }
}
