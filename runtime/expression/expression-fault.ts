/** Whatever an evaluation throws, as a fault that names the place and quotes no value. */
import { Fault } from '../ports/fault.ts'
import { NotPlain } from './compiler/runtime/to-plain-json.ts'
import { explain } from './jsonata-errors.ts'
import type { Origin, Problem } from './parse.ts'

/** A text that is no expression. */
export const problemFault = ({ code, message, span }: Problem, origin: Origin): Fault =>
  fault(code, message, origin.at?.(span[0]) ?? origin.place)

export function faultOf(error: unknown, origin: Origin, text: string): Fault {
  if (error instanceof Fault) {
    return new Fault(error.kind, error.code, error.message, { permanent: true, place: origin.place, ...error.details })
  }
  if (error instanceof NotPlain) return fault(error.code, error.message, origin.place)
  if (!isThrown(error)) {
    const name = error instanceof Error ? error.name : typeof error
    return fault('failed', `the expression failed (${name})`, origin.place, error)
  }
  const { code, token, position } = error
  const word = typeof token === 'string' ? token : undefined
  const start = startOf(word, position, text)
  const message = explain(word === undefined ? { code } : { code, token: word })
  // No cause: JSONata's error holds the value it complains about.
  const place = start === undefined ? origin.place : (origin.at?.(start) ?? origin.place)
  return fault(code, `the expression failed: ${message}`, place)
}

/**
 * Where the word that failed begins. JSONata gives the offset after it, and keeps that of a built-in function in one
 * place for all evaluations at the same time, so it is believed only where the word is found.
 */
function startOf(word: string | undefined, position: unknown, text: string): number | undefined {
  if (word === undefined || word === '' || typeof position !== 'number') return undefined
  const before = text.slice(0, position)
  const found = [`$${word}(`, word].find((each) => before.endsWith(each))
  return found === undefined ? undefined : position - found.length
}

const fault = (code: string, message: string, place: string, cause?: unknown): Fault =>
  new Fault('config', `expression/${code}`, message, { place, permanent: true, cause })

interface Thrown {
  readonly code: string
  readonly token?: unknown
  readonly position?: unknown
}

const isThrown = (error: unknown): error is Thrown =>
  typeof error === 'object' && error !== null && 'code' in error && /^[STD]\d{4}$/.test(String(error.code))
