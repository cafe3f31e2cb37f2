/** Explains an error of JSONata's interpreter, and quotes no value. */
import { ExplainedError } from './expression-fault.ts'
import { explainError } from './jsonata-errors.ts'
import { findType, formatType } from './value-types.ts'

/** Other errors stay as they are. */
export function toExplainedError(error: unknown, text: string): unknown {
  if (!isJsonataError(error)) return error
  const { code, token, position } = error
  const word = typeof token === 'string' ? token : undefined
  const message = explainError({
    code,
    types: ['value', 'value2'].flatMap((name) => (name in error ? formatType(findType(error[name])) : [])),
    ...(word !== undefined && { token: word }),
    ...(typeof error.argument === 'string' && { argument: error.argument }),
  })
  return new ExplainedError(code, message, findTokenStart(word, position, text))
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
