/** Makes a local server as unreliable as a real one: late, failing, silent or cut off. */
import type { Clock, Random } from '../runtime/ports/effects.ts'

/** How to misbehave. Everything absent: not at all. The rates are drawn together, so their sum is at most 1. */
export interface FaultInjection {
  /** Milliseconds before every answer. */
  readonly latency?: number
  /** 0..1: answered 500, and the request has no effect. */
  readonly failRate?: number
  /** 0..1: takes effect and is never answered. */
  readonly hangRate?: number
  /** 0..1: takes effect, and the connection is cut inside the answer. */
  readonly resetRate?: number
  /** So many of the next requests are answered 500, whatever the rates say. */
  readonly failNext?: number
}

export interface MisbehaviourOptions {
  readonly clock: Clock
  readonly random: Random
  /** What a failure looks like, where a plain 500 is not how that server fails. */
  readonly failure?: () => Response
}

const RATES: readonly string[] = ['failRate', 'hangRate', 'resetRate']
const RULES: readonly string[] = ['latency', 'failNext', ...RATES]

/** Rules as a person posts them, or undefined if a name or a number in them makes no sense. */
export function readMisbehaviour(value: unknown): FaultInjection | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const sensible = Object.entries(value).every(
    ([name, rule]) =>
      RULES.includes(name) &&
      Number.isFinite(rule) &&
      Number(rule) >= 0 &&
      (!RATES.includes(name) || Number(rule) <= 1),
  )
  return sensible ? value : undefined
}

/** Wraps each answer of a server in the rules that hold at the time. Starts well-behaved. */
export function misbehaviour({ clock, random, failure = plainFailure }: MisbehaviourOptions) {
  let rules: FaultInjection = {}

  async function apply(request: Request, answer: () => Promise<Response>): Promise<Response> {
    const { latency = 0, failRate = 0, hangRate = 0, resetRate = 0, failNext = 0 } = rules
    // Counted before the wait, so that requests that arrive together do not all see the same count.
    if (failNext > 0) rules = { ...rules, failNext: failNext - 1 }
    if (latency > 0) await clock.sleep(latency, request.signal)
    if (failNext > 0) return failure()

    const roll = failRate + hangRate + resetRate > 0 ? random() : 1
    if (roll < failRate) return failure()
    const response = await answer()
    if (roll < failRate + hangRate) return hang(request.signal, response)
    return roll < failRate + hangRate + resetRate ? cut(response) : response
  }

  return {
    set(next: FaultInjection): void {
      rules = next
    },
    rules: (): FaultInjection => rules,
    apply,
  }
}

function plainFailure(): Response {
  return Response.json({ status: 500, error: 'Internal Server Error' }, { status: 500 })
}

/** Waits until the caller has given up; what is returned then, nobody reads. */
function hang(signal: AbortSignal, response: Response): Promise<Response> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(response)
    else signal.addEventListener('abort', () => resolve(response), { once: true })
  })
}

/**
 * The same answer, cut off inside its body: a server that streams it can only break the connection.
 * The code is the one @hono/node-server takes for an ordinary abort, so that it prints no stack.
 */
function cut(response: Response): Response {
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
  // Chunked at once: otherwise the server waits for the end of a short body before it sends anything.
  headers.set('transfer-encoding', 'chunked')
  return new Response(body, { status: response.status, headers })
}
