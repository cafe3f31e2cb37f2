/** Rewrites the texts, numbers and member names of JSON that may be personal. */
import type { Shape } from '../../../expression/check/shape.ts'
import { isObject } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../ports/types.ts'
import { EMAIL, IPV4 } from '../patterns.ts'
import type { ValueKind } from '../types.ts'
import { FieldKinds, ROOT, type Scope, scopeOf } from './fields.ts'
import { type RewriteOptions, ValueRewriter } from './rewrite-value.ts'

/** Called for each value that became another one, and for each that stays by `keep`. */
export interface ChangeListener {
  replaced(path: readonly string[], kind: ValueKind): void
  kept(name: string): void
}

export interface WalkOptions extends Omit<RewriteOptions, 'rewriteJson'> {
  readonly keep: readonly string[]
  readonly listener: ChangeListener
  /** Seconds. */
  readonly shiftTimes: number
}

/** Plain numbers of fewer digits identify no one. */
const LONG_NUMBER = 9
const SECONDS = [1e9, 2.6e9] as const
const MILLISECONDS = [1e12, 2.6e12] as const

export class JsonWalker {
  readonly #options: WalkOptions
  readonly #kinds: FieldKinds
  readonly #names = new Map<string, string>()
  readonly #path: string[] = []
  readonly values: ValueRewriter

  constructor(options: WalkOptions) {
    this.#options = options
    this.#kinds = new FieldKinds(options.rules.ids)
    this.values = new ValueRewriter({ ...options, rewriteJson: (value, scope) => this.#walk(value, '', scope) })
  }

  /** `place` begins the path of each change, e.g. `source response`. */
  rewrite(value: Json, place: string): Json {
    this.#path.length = 0
    this.#path.push(place)
    return this.#walk(value, '', ROOT)
  }

  /** A text outside of JSON. */
  rewriteText(text: string, place: string, rewrite: (text: string) => string): string {
    const value = rewrite(text)
    if (value !== text) this.#options.listener.replaced([place], 'url')
    return value
  }

  #walk(value: Json, name: string, scope: Scope): Json {
    if (typeof value === 'string') return this.#rewriteString(value, name, scope)
    if (typeof value === 'number') return this.#rewriteNumber(value, name, scope)
    if (Array.isArray(value)) return value.map((item: Json) => this.#at('*', () => this.#walk(item, name, scope)))
    return isObject(value) ? this.#walkObject(value, name, scope) : value
  }

  #walkObject(value: JsonObject, name: string, outer: Scope): Json {
    const scope = scopeOf(value, name, outer, this.#options.rules.fields ?? NO_SHAPES)
    const members: [string, Json][] = []
    for (const [member, inner] of Object.entries(value)) {
      if (inner === undefined) continue
      const written = this.#rewriteName(member, scope)
      members.push([written, this.#at(written === member ? member : '*', () => this.#walkMember(inner, member, scope))])
    }
    return Object.fromEntries(members)
  }

  #walkMember(value: Json, name: string, scope: Scope): Json {
    if (!this.#isKept(name)) return this.#walk(value, name, scope)
    this.#options.listener.kept(name)
    return value
  }

  #isKept(name: string): boolean {
    const { keep } = this.#options
    if (keep.length === 0) return false
    const path = this.#path.filter((step) => step !== '*').join('.')
    return keep.some((entry) => entry === name || path.endsWith(`.${entry}`))
  }

  #rewriteString(text: string, name: string, scope: Scope): string {
    const rewritten = this.values.rewrite(text, this.#kinds.kindOf(name, scope), scope)
    const value = this.#shift(rewritten.value, rewritten.kind)
    if (value !== text) this.#options.listener.replaced(this.#path, rewritten.kind)
    return value
  }

  #shift(text: string, kind: ValueKind): string {
    const { shiftTimes } = this.#options
    if (shiftTimes === 0 || kind !== 'date' || !/\dT\d.*Z$/.test(text)) return text
    const shifted = new Date(Date.parse(text) + shiftTimes * 1000).toISOString()
    return text.includes('.') ? shifted : shifted.replace(/\.\d+/, '')
  }

  #rewriteNumber(number: number, name: string, scope: Scope): number {
    const { actions, listener } = this.#options
    if (!Number.isInteger(number) || number <= 0) return number
    const text = String(number)
    if (!/^\d+$/.test(text)) return number
    const isId = this.#kinds.isIdNumber(name, scope)
    if (isId || actions.isKnownId(text) || this.#isForeign(number, text, name, scope)) {
      const read = actions.findPhone(text)
      const value = read === undefined ? actions.id(text) : actions.phone(text, read).replace(/\D/g, '')
      if (value !== text) listener.replaced(this.#path, read === undefined ? (isId ? 'id' : 'number') : 'phone number')
      return Number(value)
    }
    return isTime(number, text) && this.#options.shiftTimes !== 0 ? this.#shiftNumber(number) : number
  }

  #shiftNumber = (number: number): number => number + this.#options.shiftTimes * (number >= MILLISECONDS[0] ? 1000 : 1)

  /** A long number in a field that no one declared may be a phone number, a card, or another system's id. */
  #isForeign(number: number, text: string, name: string, { shape }: Scope): boolean {
    const isDeclared = shape?.types.get(name) !== undefined
    return !isDeclared && text.length >= LONG_NUMBER && !isTime(number, text)
  }

  /** A member's name, which may be an address or an id in a map by it. */
  #rewriteName(name: string, scope: Scope): string {
    const { vocabulary, actions } = this.#options
    if (scope.shape?.fields.has(name) || vocabulary.hasField(name) || vocabulary.hasText(name)) return name
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const written = this.#rewriteUnknownName(name)
    // The first pass learns more names of persons with each record.
    if (actions.isFinal) this.#names.set(name, written)
    return written
  }

  #rewriteUnknownName(name: string): string {
    const { actions } = this.#options
    if (new RegExp(EMAIL.source, 'u').test(name) || new RegExp(IPV4.source).test(name) || /%40|:\/\//i.test(name)) return this.values.rewrite(name, 'message', ROOT).value // biome-ignore format: one line
    if (/^(?:[0-9a-f-]{16,}|\d{6,}|[+(]?\d[\d\s().-]{7,})$/i.test(name))
      return this.values.rewrite(name, 'text', ROOT).value
    return name.replace(/[\p{L}\p{M}'’]+|[\p{L}\p{N}_-]{6,}/gu, (part) => this.#rewriteNamePart(part, actions))
  }

  #rewriteNamePart(part: string, actions: WalkOptions['actions']): string {
    if (actions.isKnownId(part)) return actions.id(part)
    return actions.isName(part) && !this.#options.vocabulary.hasWord(part.toLowerCase()) ? actions.name(part) : part
  }

  #at<T>(step: string, run: () => T): T {
    this.#path.push(step)
    try {
      return run()
    } finally {
      this.#path.pop()
    }
  }
}

const NO_SHAPES: ReadonlyMap<string, Shape> = new Map()

const isTime = (number: number, text: string): boolean =>
  (text.length === 10 && number >= SECONDS[0] && number < SECONDS[1]) ||
  (text.length === 13 && number >= MILLISECONDS[0] && number < MILLISECONDS[1])
