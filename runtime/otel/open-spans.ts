/** Spans that have begun, until they end. */
import type { Span } from '@opentelemetry/api'

/** More end with the oldest of them: an observation of its end was dropped. */
const MAX_OPEN = 20_000

export class OpenSpans {
  readonly #spans = new Map<string, Span>()

  /** One that has the same key, and did not end, ends now: its attempt was cut off. */
  add(key: string, span: Span, now: number): void {
    this.take(key)?.end(now)
    this.#spans.set(key, span)
    const [oldest] = this.#spans.keys()
    if (this.#spans.size > MAX_OPEN && oldest !== undefined) this.take(oldest)?.end(now)
  }

  get(key: string): Span | undefined {
    return this.#spans.get(key)
  }

  take(key: string): Span | undefined {
    const span = this.#spans.get(key)
    this.#spans.delete(key)
    return span
  }
}
