/** Converts any error of an evaluation to a fault that names the place and quotes no value. */
import { Fault } from '../ports/fault.ts'
import { LimitExceeded, RECORD_STEPS } from './compiler/runtime/limits.ts'
import { NotPlain } from './compiler/runtime/to-plain-json.ts'
import type { Origin } from './expression.ts'
import { explainError } from './jsonata-errors.ts'
import type { Problem } from './parse.ts'
import { findType, formatType } from './value-types.ts'

export const toParseFault = ({ code, message, span }: Problem, origin: Origin): Fault =>
  createFault(code, message, origin.at?.(span[0]) ?? origin.place)

export function toEvaluationFault(error: unknown, origin: Origin, text: string): Fault {
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
  if (!isJsonataError(error)) {
    const name = error instanceof Error ? error.name : typeof error
    return createFault('failed', `the expression failed (${name})`, origin.place, error)
  }
  const { code, token, position } = error
  const word = typeof token === 'string' ? token : undefined
  const start = findTokenStart(word, position, text)
  const message = explainError({
    code,
    types: ['value', 'value2'].flatMap((name) => (name in error ? formatType(findType(error[name])) : [])),
    ...(word !== undefined && { token: word }),
    ...(typeof error.argument === 'string' && { argument: error.argument }),
  })
  // No cause: JSONata's error contains the value, which may be personal data.
  const place = start === undefined ? origin.place : (origin.at?.(start) ?? origin.place)
  return createFault(code, `the expression failed: ${message}`, place)
}

/**
 * The offset of the failing token. JSONata reports the offset after it. Concurrent evaluations share the offset of a
 * built-in function, so only one where the token ends is trusted.
 */
function findTokenStart(word: string | undefined, position: unknown, text: string): number | undefined {
  if (word === undefined || word === '' || typeof position !== 'number') return undefined
  const before = text.slice(0, position)
  const found = [`$${word}(`, word].find((each) => before.endsWith(each))
  return found === undefined ? undefined : position - found.length
}

const createFault = (code: string, message: string, place: string, cause?: unknown): Fault =>
  new Fault('config', `expression/${code}`, message, { place, permanent: true, cause })

interface JsonataError {
  readonly code: string
  readonly token?: unknown
  readonly position?: unknown
  /** Which argument is wrong, in words. */
  readonly argument?: unknown
  /** `value` and `value2`: may be personal data. */
  readonly [member: string]: unknown
}

const isJsonataError = (error: unknown): error is JsonataError =>
  typeof error === 'object' && error !== null && 'code' in error && /^[STD]\d{4}$/.test(String(error.code))
