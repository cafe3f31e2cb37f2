/** Faults: what failed, and who has to act. */
import type { FaultInfo } from './types.ts'

/**
 * - `config`: credentials, permissions or settings. The operator has to act; the record waits.
 * - `data`: this record cannot be delivered. It becomes a dead letter; other records continue.
 * - `transient`: the source, the destination or the network. The request is retried.
 * - `bug`: an error of this program. The record becomes a dead letter; please report it.
 */
export type FaultKind = FaultInfo['kind']

export interface FaultDetails {
  /** Milliseconds to wait, as requested by the remote API (`Retry-After`). */
  readonly retryAfter?: number
  /** The same before it was capped, milliseconds. */
  readonly requestedRetryAfter?: number
  /** `file:line:column` in the spec. */
  readonly place?: string
  readonly cause?: unknown
  /** As in `FaultInfo`. */
  readonly fields?: readonly string[]
  /** JSON pointers into the rejected request. */
  readonly pointers?: readonly string[]
  /** The resource's new path, as reported by the source. */
  readonly movedTo?: string
  /** The remote API's id of the request or of its error. */
  readonly requestId?: string
  /** HTTP status of the error response. */
  readonly status?: number
  /** The remote API's own words. Names no person, and quotes nothing of the request. */
  readonly detail?: string
  /** Whether a request may have taken effect although its answer was lost. Absent: so unless the fault is a refusal. */
  readonly unanswered?: boolean
  /** Makes the record a dead letter at once, e.g. for a `config` fault of a mapping: waiting does not fix it. */
  readonly permanent?: boolean
}

/** An error with a kind and a stable code. Its message contains no payload, token or address. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly kind: FaultKind
  readonly code: string
  readonly details: FaultDetails

  constructor(kind: FaultKind, code: string, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.code = code
    this.details = details
  }

  /** The fields that are safe to store and show. */
  info(): FaultInfo {
    const { kind, code, message } = this
    const { place, fields = [], requestId, status, detail } = this.details
    return {
      kind,
      code,
      message,
      ...(place !== undefined && { place }),
      ...(fields.length > 0 && { fields }),
      ...(requestId !== undefined && { requestId }),
      ...(status !== undefined && { status }),
      ...(detail !== undefined && { detail }),
    }
  }
}

/** Whether the request that failed may have taken effect. */
export function mayHaveTakenEffect({ kind, details }: Fault): boolean {
  return details.unanswered ?? (details.status !== 429 && (kind === 'transient' || kind === 'bug'))
}

/** Converts a thrown value to a fault; any error other than a `Fault` is a bug. */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const name = error instanceof Error ? error.name : typeof error
  // The message of an unknown error may quote the record, so only its name is stored; the cause is for debuggers.
  return new Fault('bug', 'bug/unexpected', `unexpected ${name}`, { cause: error })
}

const WHO_ACTS: Readonly<Record<FaultKind, string>> = {
  config: 'you: fix the credentials, permissions or settings; waiting records resume automatically',
  data: 'you: fix the mapping or the record at its source, then replay it',
  transient: 'no one: it is retried automatically',
  bug: 'us: please report it with its code; replay it after an update',
}

/** A dead letter is never retried, whatever its fault. */
const WHO_ACTS_ON_DEAD: typeof WHO_ACTS = {
  ...WHO_ACTS,
  config: 'you: fix the mapping or the setting, then replay it',
  transient: 'you: retries ended after the time that the spec allows; replay it when the remote API has recovered',
}

/** Who has to act on a fault, and how. Shown with every fault. */
export function whoActs({ kind }: Pick<FaultInfo, 'kind'>, dead: boolean): string {
  return (dead ? WHO_ACTS_ON_DEAD : WHO_ACTS)[kind]
}

/** Whether a request was not sent because the remote API had asked for a pause: it says nothing new of the API. */
export const isOfPause = ({ code }: Pick<FaultInfo, 'code'>): boolean => code.endsWith('/paused')
