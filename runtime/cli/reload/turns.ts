/** Calls that a replacement interrupts: each is a turn on one connector, and goes on with the next. */
import { linkAbort } from '../../lib/abort.ts'

/** One call of `work`, `pollChanges` or `backfill` on one connector. */
export interface Turn {
  /** Aborts with the caller's signal, and when the connector is replaced. */
  readonly signal: AbortSignal
  /** The caller has to call it once the call is over. */
  end(): void
}

export class Turns {
  readonly #running = new Map<Turn, { abort(): void; readonly ended: Promise<void> }>()

  begin(signal: AbortSignal): Turn {
    const { stop, unlink } = linkAbort(signal)
    let resolve = () => {}
    const ended = new Promise<void>((done) => {
      resolve = done
    })
    const end = () => {
      unlink()
      this.#running.delete(turn)
      resolve()
    }
    const turn = { signal: stop.signal, end }
    this.#running.set(turn, { abort: () => stop.abort(), ended })
    return turn
  }

  /** Resolves once all have ended. */
  async interrupt(): Promise<void> {
    const running = [...this.#running.values()]
    for (const { abort } of running) abort()
    await Promise.all(running.map(({ ended }) => ended))
  }
}
