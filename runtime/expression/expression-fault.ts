/** Converts any error of an evaluation to a fault that names the place and quotes no value. */
import { Fault } from '../ports/fault.ts'
import { LimitExceeded, RECORD_STEPS } from './compiler/runtime/limits.ts'
import { NotPlain } from './compiler/runtime/to-plain-json.ts'
import type { Origin } from './expression.ts'
import type { Problem } from './parse.ts'

export const toParseFault = ({ code, message, span }: Problem, origin: Origin): Fault =>
  createFault(code, message, origin.at?.(span[0]) ?? origin.place)

/** JSONata's error in our words. Has no cause: JSONata's error contains the value, which may be personal data. */
export class ExplainedError {
  readonly code: string
  readonly message: string
  /** Offset of the failing token in the text of the expression. */
  readonly start: number | undefined

  constructor(code: string, message: string, start?: number) {
    this.code = code
    this.message = message
    this.start = start
  }
}

export function toEvaluationFault(error: unknown, origin: Origin): Fault {
  if (error instanceof Fault) {
    return new Fault(error.kind, error.code, error.message, { permanent: true, place: origin.place, ...error.details })
  }
  if (error instanceof LimitExceeded) {
    const message = `the expressions of this record take more than ${RECORD_STEPS.toLocaleString('en')} steps together: the record is too large for them`
    return new Fault('data', 'mapping/too-many-steps', message, { place: origin.place, permanent: true })
  }
  if (error instanceof NotPlain) return createFault(error.code, error.message, origin.place)
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return createFault('too-deep', 'the expression failed: a value is nested too deeply', origin.place)
  }
  if (error instanceof ExplainedError) {
    const { code, message, start } = error
    const place = start === undefined ? origin.place : (origin.at?.(start) ?? origin.place)
    return createFault(code, `the expression failed: ${message}`, place)
  }
  const name = error instanceof Error ? error.name : typeof error
  return createFault('failed', `the expression failed (${name})`, origin.place, error)
}

const createFault = (code: string, message: string, place: string, cause?: unknown): Fault =>
  new Fault('config', `expression/${code}`, message, { place, permanent: true, cause })
