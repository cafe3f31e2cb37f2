/** Whatever an evaluation throws, as a fault that names the place and quotes no value. */
import { Fault } from '../fault.ts'
import { explain } from './messages.ts'
import type { Origin, Problem } from './parse.ts'
import { NotPlain } from './plain.ts'

/** A text that is no expression. */
export const problemFault = ({ code, message, span }: Problem, origin: Origin): Fault =>
  fault(code, message, origin.at?.(span[0]) ?? origin.place)

/** `text` is the expression's own: an error's offset counts only if it lies in it. */
export function faultOf(error: unknown, origin: Origin, text: string): Fault {
  if (error instanceof Fault) {
    return new Fault(error.kind, error.code, error.message, { dead: true, place: origin.place, ...error.details })
  }
  if (error instanceof NotPlain) return fault(error.code, error.message, origin.place)
  if (!isThrown(error)) {
    const name = error instanceof Error ? error.name : typeof error
    return fault('failed', `the expression failed (${name})`, origin.place, error)
  }
  const { code, token, position } = error
  const place = within(position, text) ? origin.at?.(position - 1) : undefined
  const message = explain(typeof token === 'string' ? { code, token } : { code })
  // No cause: JSONata's error holds the value it complains about.
  return fault(code, `the expression failed: ${message}`, place ?? origin.place)
}

const fault = (code: string, message: string, place: string, cause?: unknown): Fault =>
  new Fault('config', `expression/${code}`, message, { place, dead: true, cause })

interface Thrown {
  readonly code: string
  readonly token?: unknown
  readonly position?: unknown
}

const isThrown = (error: unknown): error is Thrown =>
  typeof error === 'object' && error !== null && 'code' in error && /^[STD]\d{4}$/.test(String(error.code))

const within = (position: unknown, text: string): position is number =>
  typeof position === 'number' && position >= 1 && position <= text.length
