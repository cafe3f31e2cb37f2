/** Fits an event's value: a wrong amount in a report of revenue is worse than none, and a lost event worse than both. */
import type { Json, MetricEvent } from '../../../runtime/ports/types.ts'
import type { ChangeLog } from './change-log.ts'

/** As people write an amount. `Number` also reads "0x1f", "1e3" and " ". */
const AMOUNT = /^-?\d+(\.\d+)?$/

/** ISO 4217. Whether a code is in use is left to Klaviyo: the list grows. */
const CURRENCY = /^[A-Z]{3}$/

/** The event without its value if that is no number, or if its currency is unknown. */
export function fitRevenue(event: MetricEvent, changes: ChangeLog): MetricEvent {
  if (event.value === undefined && event.currency === undefined) return event
  const { value, currency, ...rest } = event
  if (value === undefined) return rest
  const amount = toAmount(value)
  const code = typeof currency === 'string' ? currency.trim().toUpperCase() : currency
  const reason = amount === undefined ? undefined : describeCurrency(code)
  if (amount === undefined || reason !== undefined) {
    changes.add(['value'], 'omitted', reason ?? 'not a number')
    return rest
  }
  return { ...rest, value: amount, ...(code !== undefined && { currency: code }) }
}

function toAmount(value: Json): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && AMOUNT.test(value.trim()) ? Number(value) : undefined
}

/** What is wrong with a currency. Undefined: nothing, or the mapping names none. */
function describeCurrency(currency: Json | undefined): string | undefined {
  if (currency === null) return 'its currency is missing'
  const isCode = currency === undefined || (typeof currency === 'string' && CURRENCY.test(currency))
  return isCode ? undefined : 'its currency is not a code of three letters'
}
