/** Durations and sizes as a spec writes them. The schema has checked their form. */

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const bytes: Readonly<Record<string, number>> = { B: 1, KB: 1_000, MB: 1_000_000, KiB: 1_024, MiB: 1_048_576 }

/** `250ms`, `30s`, `24h` → milliseconds. */
export const parseDuration = (text: string): number => parseAmount(text, milliseconds)

/** `95KB`, `1MiB` → bytes. A plain number stays unchanged. */
export const parseSize = (value: string | number): number =>
  typeof value === 'number' ? value : parseAmount(value, bytes)

function parseAmount(text: string, units: Readonly<Record<string, number>>): number {
  const [, number, unit] = /^([\d.]+)([A-Za-z]+)$/.exec(text) ?? []
  const factor = unit === undefined ? undefined : units[unit]
  if (factor === undefined) throw new RangeError(`"${text}" has no unit of ${Object.keys(units).join(', ')}`)
  return Math.round(Number(number) * factor)
}
