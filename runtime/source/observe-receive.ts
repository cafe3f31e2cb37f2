/** Reports how a webhook was answered, and begins the trace that its record keeps. */
import type { Observer, Report } from '../observe/observer.ts'
import type { Clock } from '../ports/effects.ts'

/** `tenant`: of a webhook for many tenants, once it is found. */
type ReceivedReport = Extract<Report, { readonly type: 'received' }> & { readonly tenant?: string }

export class ReceiveObserver {
  readonly #observer: Observer
  readonly #header: string | null
  readonly #arrivedAt: number
  readonly #start: number
  #notes: Partial<ReceivedReport> & Pick<ReceivedReport, 'outcome'> = { outcome: 'failed' }

  constructor(observer: Observer, header: string | null, clock: Pick<Clock, 'now'>) {
    this.#observer = observer
    this.#header = header
    this.#arrivedAt = clock.now()
    this.#start = observer.now()
  }

  note(notes: Partial<ReceivedReport>): void {
    this.#notes = { ...this.#notes, ...notes }
  }

  /** The traceparent for the records of a verified webhook: one for all notifications of a batch. */
  startTrace(): { readonly trace?: string } {
    const trace = this.#notes.trace ?? this.#observer.startTrace(this.#header, this.#arrivedAt)
    if (trace === undefined) return {}
    this.note({ trace })
    return { trace }
  }

  end(status: number): void {
    const durationMs = this.#observer.now() - this.#start
    this.#observer.report({ type: 'received', ...this.#notes, status, durationMs })
  }
}

/** Undefined while nothing is observed. */
export function observeReceive(
  request: Pick<Request, 'headers'>,
  { observer, clock }: { readonly observer?: Observer | undefined; readonly clock: Clock },
): ReceiveObserver | undefined {
  return observer?.isOn ? new ReceiveObserver(observer, request.headers.get('traceparent'), clock) : undefined
}
