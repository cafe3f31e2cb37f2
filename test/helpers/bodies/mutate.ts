/** Spoils a notification: wrong types, absurd numbers and times, lone surrogates, depth, length, missing and repeated members. */
import type { Random } from '../../../runtime/ports/effects.ts'
import type { Json } from '../../../runtime/ports/types.ts'

type Parent = Record<string, Json> | Json[]

/** Members that decide what a notification means: every other mutation changes one of them. */
const DECISIVE =
  /(^|_)(id|type|at|topic|state|role|name|email|phone)$|^(contacts?|author|source|data|item|user|ticket\w*|conversation\w*|part\w*|rating|remark|tags?|body|custom_attributes)$/

/** JSON texts. Some cannot be written by `JSON.stringify`: `1e400`, a repeated member, a member `__proto__`. */
const VALUES: readonly string[] = [
  ...['null', 'true', 'false', '[]', '{}', '[null]', '[[]]', '[{}]', '{"id":null}', '{"type":"list","data":null}'],
  ...['0', '-1', '-0', '0.1', '1e308', '-1e308', '1e400', '1e-400', '1e21', '9007199254740993', '-9007199254740993'],
  ...['253402300800', '8640000000000', '8640000000001', '-62167219201', '1e15', '4102444800000', '1768031790.5'],
  ...['"8640000000000"', '"8640000000001"', '"253402300800"', '"+275760-09-13T00:00:00.001Z"', '"0000-00-00"'],
  ...[
    '"+010000-01-01T00:00:00Z"',
    '"-000001-01-01T00:00:00Z"',
    '"2026-02-30"',
    '"NaN"',
    '"Infinity"',
    '"99999999999999999"',
  ],
  ...[
    '""',
    '" "',
    '"\\ud800"',
    '"\\udc00a"',
    '"a\\udbff"',
    '"\\u0000"',
    '"\\ufeff"',
    '"\\u202e"',
    '"__proto__"',
    '".."',
    '"%"',
  ],
  ...['"/../?#"', '"a@b.c"', '"a\\ud800@mail.com"', '"+1415555267\\udc00"', '"constructor"', '"$"', '"{\\"a\\":1}"'],
  ...[
    '{"__proto__":{"id":"1"}}',
    '{"constructor":1,"toString":2,"valueOf":3}',
    '{"length":4294967295}',
    '{"id":"1","id":"2"}',
  ],
  ...['{"then":"x"}', '{"toJSON":"x"}', '{"\\ud800":1}', '{"":{"":""}}', '{"sequence":true,"keepSingleton":true}'],
]
const PROTOTYPE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'toJSON',
]

/** A mutated copy of the notification, as the text of a body. Once in ten thousand times it grows beyond any text. */
export function mutate(notification: Json, random: Random): string {
  try {
    return mutateText(notification, random)
  } catch (error) {
    if (error instanceof RangeError) return mutate(notification, random)
    throw error
  }
}

function mutateText(notification: Json, random: Random): string {
  const raw: string[] = []
  const tools = new Tools(random, raw)
  const root: Parent = { root: structuredClone(notification) }
  for (let left = 1 + tools.int(3); left > 0; left--) tools.mutateOne(root)
  // Each placeholder is written as its text; one may hold others.
  let text = JSON.stringify(root.root)
  for (let i = raw.length - 1; i >= 0; i--) text = text.split(`"\u{e000}${i}\u{e000}"`).join(raw[i])
  return tools.int(100) === 0 ? tools.spoilText(text) : text
}

class Tools {
  readonly #random: Random
  readonly #raw: string[]

  constructor(random: Random, raw: string[]) {
    this.#random = random
    this.#raw = raw
  }

  int(below: number): number {
    return Math.floor(this.#random() * below)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T
  }

  #text(json: string): Json {
    this.#raw.push(json)
    return `\u{e000}${this.#raw.length - 1}\u{e000}`
  }

  mutateOne(root: Parent): void {
    const all: (readonly [Parent, string])[] = []
    collect(root, all)
    const decisive = all.filter(([parent, key]) => !Array.isArray(parent) && DECISIVE.test(key))
    const [parent, key] = this.#pick(decisive.length > 0 && this.int(2) === 0 ? decisive : all)
    const object = parent as Record<string, Json>
    const value = object[key] as Json
    switch (this.int(12)) {
      case 0:
        if (Array.isArray(parent)) parent.splice(Number(key), 1)
        else if (key !== 'root') delete object[key]
        return
      case 1:
        object[key] = this.#deep(value)
        return
      case 2:
        object[key] = this.#long(value)
        return
      case 3:
        object[key] = this.#otherShape(value)
        return
      case 4:
        this.#addPrototypeKey(value)
        return
      case 5:
        this.#repeat(object, key, value)
        return
      case 6: {
        const [other, otherKey] = this.#pick(all)
        object[key] = structuredClone((other as Record<string, Json>)[otherKey] ?? null)
        return
      }
      case 7:
      case 8:
        object[key] = this.#nudge(value)
        return
      default:
        object[key] = this.#text(this.#pick(VALUES))
    }
  }

  #deep(value: Json): Json {
    const depth = this.#pick([5, 11, 60, 300, 1_500, 8_000, 40_000])
    const [open, close] = this.#pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['{"id":[', ']}'],
    ] as const)
    return this.#text(`${open.repeat(depth)}${JSON.stringify(value)}${close.repeat(depth)}`)
  }

  #long(value: Json): Json {
    const size = this.#pick([256, 1_001, 20_000, 200_000])
    const list = Array.isArray(value) && value.length > 0 ? (value[0] as Json) : value
    if (this.int(3) === 0 && size <= 1_001) return Array.from({ length: size }, () => list)
    return this.#pick(['x', '\ud83d\ude00', '\ud800', '<p>', '9', ' ', '\\', 'a.']).repeat(size)
  }

  #otherShape(value: Json): Json {
    if (Array.isArray(value))
      return this.#pick<Json>([value[0] ?? null, Object.fromEntries(value.entries()), [value], value.toReversed()])
    if (typeof value === 'object' && value !== null)
      return this.#pick<Json>([[value], Object.values(value as Record<string, Json>), Object.keys(value)])
    return this.#pick<Json>([[value], { value }, String(value), Number(value) || 0, !value, [value, value]])
  }

  #nudge(value: Json): Json {
    if (typeof value === 'number')
      return this.#pick([-value, value * 1_000, value * 1e6, value + 0.5, value / 1e6, value * 1e300, value - 1e9])
    if (typeof value !== 'string') return this.#text(this.#pick(VALUES))
    const added = this.#pick(['\ud800', '\udfff', '\u0000', ' ', '/', '%', '"', '<', '\n', '\u{1f600}'])
    const at = this.int(value.length + 1)
    return this.int(4) === 0 ? value.slice(0, at) : value.slice(0, at) + added + value.slice(at)
  }

  #addPrototypeKey(value: Json): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const member = { value: this.#text(this.#pick(VALUES)), enumerable: true, configurable: true, writable: true }
    Object.defineProperty(value, this.#pick(PROTOTYPE_KEYS), member)
  }

  /** A member or element twice, the second time with another value or not. */
  #repeat(object: Record<string, Json>, key: string, value: Json): void {
    const other = this.int(2) === 0 ? JSON.stringify(value) : this.#pick(VALUES)
    if (Array.isArray(object)) object.push(this.#text(other))
    else if (key !== 'root') object[key] = this.#text(`${JSON.stringify(value)},${JSON.stringify(key)}:${other}`)
  }

  spoilText(text: string): string {
    const at = this.int(text.length)
    return this.#pick([
      text.slice(0, at),
      `\ufeff${text}`,
      `[${text}]`,
      `${text} `,
      text.slice(0, at) + text.slice(at + 1),
      '',
    ])
  }
}

/** Every member and element, with its parent. */
function collect(parent: Parent, all: (readonly [Parent, string])[]): void {
  for (const [key, value] of Object.entries(parent)) {
    all.push([parent, key])
    if (typeof value === 'object' && value !== null) collect(value as Parent, all)
  }
}
