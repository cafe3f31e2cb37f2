/** Formats names, numbers, times, changed fields and columns for people. */
import type { AddressChange, FieldChange, Receipt } from '../ports/types.ts'

/** Capitalizes a vendor's name from the spec, or the first word of a message. */
export const capitalize = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1)

/** For a label or a message within a sentence. */
export const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

/** 1234567 → `1,234,567`. */
export function formatCount(value: number): string {
  // Node's first `toLocaleString` loads the tables of all languages: 5 ms and more, wasted on a small number.
  return Math.abs(value) < 1000 && Number.isInteger(value) ? String(value) : value.toLocaleString('en-US')
}

/** Words in alphabetical order, truncated to a readable length. */
export function joinWords(words: readonly string[], max = 12): string {
  const sorted = [...words].sort((a, b) => a.localeCompare(b, 'en'))
  return sorted.length <= max ? sorted.join(', ') : `${sorted.slice(0, max).join(', ')} and ${sorted.length - max} more`
}

/** `1 record`, `2 records`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`
}

/** Milliseconds as `0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
}

/** A length of time as a setting gives it: `15 min`, `10 s`. */
export function formatInterval(ms: number): string {
  return formatDuration(ms)
    .replace(/\.0 s$/, ' s')
    .replace(/ 0 (s|min|h)$/, '')
}

/** Milliseconds since 1970 as `2026-01-31 09:30:00Z`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** `omitted profile.phone_number (it was rejected)`. */
export function formatChanges(changes: readonly FieldChange[] = []): readonly string[] {
  return changes.map(({ field, action, reason }) => `${action} ${field} (${reason})`)
}

const ADDRESS_CHANGES: Readonly<Record<AddressChange, string>> = {
  moved: 'moved the profile to the new address',
  'address-in-use': 'left the former profile as it is: another profile has the new address',
  'profile-shared': 'left the former profile as it is: another contact has its address',
  'profile-not-found': 'the former profile no longer exists',
  'profile-unknown': 'left the former profile as it is: its id is unknown',
}

/** How the message was sent, beside its response: changed fields, a moved profile. Quotes no address. */
export function formatReceipt({ changes, addressChange, firstIdentifiers }: Partial<Receipt> = {}): readonly string[] {
  return [
    ...formatChanges(changes),
    ...(firstIdentifiers ? ['sent again to the address of the first send, whose answer was lost'] : []),
    ...(addressChange ? [ADDRESS_CHANGES[addressChange]] : []),
  ]
}

/** Aligns the columns of rows, except the last one. */
export function alignColumns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  return rows.map((row) => `${indent}${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
}

/** Formats the `--json` output of a command: indented, one value, a newline at the end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

interface Sides {
  readonly source: { readonly name: string }
  readonly destination: { readonly name: string }
}

/** What people call a connector, with the names of both sides. */
export const connectorName = ({ source, destination }: Sides): string =>
  `${capitalize(source.name)} to ${capitalize(destination.name)}`

/** Whole percents, but 0 and 100 only where they are exact. */
export function formatShare(part: number, whole: number): string {
  const percent = Math.round((part / whole) * 100)
  if (part > 0 && percent === 0) return 'under 1%'
  return part < whole && percent === 100 ? 'over 99%' : `${percent}%`
}
