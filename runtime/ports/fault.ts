/** What can go wrong with a record, and who must act. */
import type { FaultInfo } from './types.ts'

/**
 * - `config`: credentials, permissions or settings. The operator must act; the record waits.
 * - `data`: this record cannot be delivered as it is. It goes to dead letters; the others go on.
 * - `transient`: the other side or the network. Nobody must act; it is tried again.
 * - `bug`: ours. It goes to dead letters; please report it.
 */
export type FaultKind = FaultInfo['kind']

export interface FaultDetails {
  /** Milliseconds the other side asked us to wait (`Retry-After`). */
  readonly retryAfter?: number
  /** `file:line:column` in the spec. */
  readonly place?: string
  readonly cause?: unknown
  /** JSON pointers into the refused request. */
  readonly pointers?: readonly string[]
  /** Where the source says the thing is now, as a path. */
  readonly movedTo?: string
  /** The other side's id of the request or of its refusal. */
  readonly requestId?: string
  /** HTTP status of the refusal. */
  readonly status?: number
  /** Config faults of a mapping end in dead letters at once: waiting mends nothing. */
  readonly permanent?: boolean
}

/** An error that knows its kind. Messages hold no payload, token or address. */
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

  /** The part that may be stored and shown. */
  info(): FaultInfo {
    const { kind, code, message } = this
    const { place, requestId } = this.details
    return { kind, code, message, ...(place !== undefined && { place }), ...(requestId !== undefined && { requestId }) }
  }
}

/** Anything thrown, as a fault. What is not one already is a bug of ours. */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const name = error instanceof Error ? error.name : typeof error
  // The message of an unknown error may quote the record, so only its name is kept; the cause goes to the debugger.
  return new Fault('bug', 'bug/unexpected', `unexpected ${name}`, { cause: error })
}

const WHO_ACTS: Readonly<Record<FaultKind, string>> = {
  config: 'you: mend the credentials, permissions or settings; what waits goes on by itself',
  data: 'you: mend the mapping or the record at its source, then replay it',
  transient: 'nobody: it is tried again by itself',
  bug: 'us: please report it with the code; replay it after an update',
}

/** Dead letters do not go on by themselves, whatever killed them. */
const WHO_ACTS_ON_DEAD: typeof WHO_ACTS = {
  ...WHO_ACTS,
  config: 'you: mend the mapping or the setting, then replay it',
  transient: 'you: it was tried for as long as the spec allows; replay it when the other side is well',
}

/** Who must act on a fault, and how. Shown wherever a fault is. */
export function whoActs({ kind }: Pick<FaultInfo, 'kind'>, dead: boolean): string {
  return (dead ? WHO_ACTS_ON_DEAD : WHO_ACTS)[kind]
}
