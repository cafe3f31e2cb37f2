/** The parameters of statements. Arrays in the binary format of PostgreSQL: no text in them is escaped or parsed. */
import type { SqlColumn, SqlValue } from '../../ports/sql.ts'

/** Dimensions, a flag, the type of the elements, their number, the first index: 4 bytes each. */
const HEADER = 20
const TYPES = { integer: 20, text: 25 } as const
/** The length of an element that is null. */
const NULL = -1

/** PostgreSQL has no text with the character 0. As in a text of bytes that are no text, it becomes the replacement character. */
export function storable(value: SqlValue): SqlValue {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}

export function encodeArray({ type, values }: SqlColumn): Buffer {
  const elements = type === 'integer' ? encodeIntegers(values) : encodeTexts(values)
  elements.writeInt32BE(values.length > 0 ? 1 : 0, 0)
  elements.writeInt32BE(values.includes(null) ? 1 : 0, 4)
  elements.writeInt32BE(TYPES[type], 8)
  elements.writeInt32BE(values.length, 12)
  elements.writeInt32BE(1, 16)
  return values.length > 0 ? elements : elements.subarray(0, 12)
}

function encodeIntegers(values: readonly SqlValue[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + values.length * 12)
  let at = HEADER
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(NULL, at)
      continue
    }
    if (!Number.isSafeInteger(value)) throw new TypeError('a value of an integer column is not an integer')
    at = buffer.writeInt32BE(8, at)
    at = buffer.writeInt32BE(Math.floor(Number(value) / 2 ** 32), at)
    at = buffer.writeUInt32BE(Number(value) >>> 0, at)
  }
  return buffer.subarray(0, at)
}

function encodeTexts(values: readonly SqlValue[]): Buffer {
  const texts = values.map((value) => (value === null ? null : String(storable(value))))
  const size = texts.reduce((sum, text) => sum + 4 + (text === null ? 0 : Buffer.byteLength(text)), HEADER)
  const buffer = Buffer.allocUnsafe(size)
  let at = HEADER
  for (const text of texts) {
    if (text === null) at = buffer.writeInt32BE(NULL, at)
    else {
      const length = buffer.write(text, at + 4)
      buffer.writeInt32BE(length, at)
      at += 4 + length
    }
  }
  return buffer
}
