/** `$toMillis` that reads a time without an offset as UTC. JSONata's own reads it in the time zone of the machine. */
import { findDefinition } from './engine.ts'

const ISO_TIME = /^(\d{4}(?:-[01]\d)?(?:-[0-3]\d)?)(?:T([0-2]\d:[0-5]\d:[0-5]\d))?(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$/

export function toMillis(this: unknown, text: unknown, picture: unknown): unknown {
  if (text === undefined) return undefined
  const [iso, date, time = '00:00:00', fraction = '', zone] = ISO_TIME.exec(String(text)) ?? []
  if (picture !== undefined || iso === undefined) {
    return checkTime(findDefinition('toMillis')?.implementation.call(this, text, picture))
  }
  return checkTime(Date.parse(zone === undefined ? `${date}T${time}${fraction}Z` : iso))
}

/** The thirteenth month has the form of a time. */
function checkTime(time: unknown): unknown {
  if (Number.isNaN(time)) throw { code: 'D3110' }
  return time
}
