/** Generates ids in Klaviyo's formats. */
import { createHash } from 'node:crypto'
import type { Random } from '../../runtime/ports/effects.ts'

const SHAPES = {
  uuid: { pattern: 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx', letters: '0123456789abcdef' },
  profile: { pattern: '01Hxxxxxxxxxxxxxxxxxxxxxxx', letters: '0123456789ABCDEFGHJKMNPQRSTVWXYZ' },
  event: { pattern: 'xxxxxxxxxxx', letters: '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz' },
} as const

/** A new id of the kind. Unique for as long as `random` is. */
export function identifier(random: Random, kind: keyof typeof SHAPES): string {
  const { pattern, letters } = SHAPES[kind]
  return pattern.replaceAll('x', () => letters.charAt(Math.floor(random() * letters.length)))
}

/** Derived from the metric's name, so that it survives a restart of the sandbox, as a real one does. */
export function metricId(name: string): string {
  const letters = SHAPES.event.letters
  const digest = createHash('sha256').update(name).digest()
  return Array.from(digest.subarray(0, 6), (byte) => letters.charAt(byte % letters.length)).join('')
}

/** Sixteen characters: all that remains of an old event. */
export function fingerprint(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest().toString('base64', 0, 12)
}
