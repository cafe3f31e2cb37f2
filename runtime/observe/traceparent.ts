/** The W3C `traceparent` header: https://www.w3.org/TR/trace-context/#traceparent-header */
import type { Random } from '../ports/effects.ts'

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  /** Bit 0: sampled. */
  readonly flags: number
}

/** Undefined unless the value is valid. A later version of the header may be longer. */
export function readTraceparent(value: string | null | undefined): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '00', rest] = HEADER.exec(value?.trim() ?? '') ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}

/** The value in version 00, if it is valid. */
export function parseTraceparent(value: string | null | undefined): string | undefined {
  const context = readTraceparent(value)
  return context && formatTraceparent(context)
}

export function formatTraceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${(flags & 1).toString(16).padStart(2, '0')}`
}

/** A new trace, sampled. */
export function createTraceparent(random: Random): string {
  return formatTraceparent({ traceId: hexDigits(32, random), spanId: hexDigits(16, random), flags: 1 })
}

/** Never zeros alone, which are invalid. */
function hexDigits(count: number, random: Random): string {
  const digits = Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('')
  return /^0+$/.test(digits) ? `${digits.slice(1)}1` : digits
}
