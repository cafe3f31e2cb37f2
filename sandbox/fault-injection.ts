/** Makes a local server unreliable: slow, failing, hanging, or cutting connections. */
import type { Clock, Random } from '../runtime/ports/effects.ts'

/** The faults to inject. One draw decides among the rates, so their sum is at most 1. */
export interface FaultInjection {
  /** Milliseconds before every response. */
  readonly latency?: number
  /** 0..1: answers 500; the request has no effect. */
  readonly failRate?: number
  /** 0..1: takes effect, but never answers. */
  readonly hangRate?: number
  /** 0..1: takes effect, but cuts the connection within the response. */
  readonly resetRate?: number
  /** The number of next requests to answer with 500, regardless of the rates. */
  readonly failNext?: number
}

export interface FaultInjectorOptions {
  readonly clock: Clock
  readonly random: Random
  /** The server's own failure. Default: a plain 500. */
  readonly failure?: () => Response
}

const RATES: readonly string[] = ['failRate', 'hangRate', 'resetRate']
const RULES: readonly string[] = ['latency', 'failNext', ...RATES]

/** Rules from a request body; undefined for an unknown name or an invalid number. */
export function parseFaultInjection(value: unknown): FaultInjection | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const isValid = Object.entries(value).every(
    ([name, rule]) =>
      RULES.includes(name) &&
      Number.isFinite(rule) &&
      Number(rule) >= 0 &&
      (!RATES.includes(name) || Number(rule) <= 1),
  )
  return isValid ? value : undefined
}

/** Injects faults into a server's responses. Starts without any. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions
  #rules: FaultInjection = {}

  constructor(options: FaultInjectorOptions) {
    this.#options = options
  }

  get rules(): FaultInjection {
    return this.#rules
  }

  set rules(next: FaultInjection) {
    this.#rules = next
  }

  async apply(request: Request, respond: () => Promise<Response>): Promise<Response> {
    const { clock, random, failure = plainFailure } = this.#options
    const { latency = 0, failRate = 0, hangRate = 0, resetRate = 0, failNext = 0 } = this.#rules
    // Counted before the delay, so that simultaneous requests do not all see the same count.
    if (failNext > 0) this.#rules = { ...this.#rules, failNext: failNext - 1 }
    if (latency > 0) await clock.sleep(latency, request.signal)
    if (failNext > 0) return failure()
    const draw = failRate + hangRate + resetRate > 0 ? random() : 1
    if (draw < failRate) return failure()
    const response = await respond()
    if (draw < failRate + hangRate) return hang(request.signal, response)
    return draw < failRate + hangRate + resetRate ? cutOff(response) : response
  }
}

function plainFailure(): Response {
  return Response.json({ status: 500, error: 'Internal Server Error' }, { status: 500 })
}

/** Answers only after the caller has aborted. */
function hang(signal: AbortSignal, response: Response): Promise<Response> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(response)
    else signal.addEventListener('abort', () => resolve(response), { once: true })
  })
}

/**
 * The response, cut off within its body: a server that streams it can only break the connection.
 * @hono/node-server treats this error code as an ordinary abort and prints no stack.
 */
function cutOff(response: Response): Response {
  const failure = Object.assign(new Error('connection cut by the sandbox'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
  let sent = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) return controller.error(failure)
      sent = true
      controller.enqueue(new TextEncoder().encode('{"type":'))
    },
  })
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  // Otherwise the server buffers a short body to its end before it sends anything.
  headers.set('transfer-encoding', 'chunked')
  return new Response(body, { status: response.status, headers })
}
