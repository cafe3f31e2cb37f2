/** Rewrites the texts, numbers and member names of JSON that may be personal. */
import type { Shape } from '../../../expression/check/shape.ts'
import { isObject } from '../../../lib/json.ts'
import type { Json, JsonObject } from '../../../ports/types.ts'
import type { Changes, Place } from '../changes.ts'
import { EMAIL, IPV4 } from '../patterns.ts'
import { type FieldKind, FieldKinds, ROOT, type Scope, scopeOf } from './fields.ts'
import { type RewriteOptions, type Rewritten, ValueRewriter } from './rewrite-value.ts'

export interface WalkOptions extends Omit<RewriteOptions, 'rewriteJson' | 'kinds'> {
  readonly keep: readonly string[]
  readonly changes: Changes
}

/** Characters of a text that is looked up before it is read again. */
const MAX_REMEMBERED = 80

/** Plain numbers of fewer digits identify no one. */
const LONG_NUMBER = 9
const SHORTEST_PHONE = 8
const COORDINATE = /^(?:lat|lng|lon|latitude|longitude)$/i
const SECONDS = [1e9, 2.6e9] as const
const MILLISECONDS = [1e12, 2.6e12] as const

export class JsonWalker {
  readonly #options: WalkOptions
  readonly #kinds: FieldKinds
  readonly #names = new Map<string, string>()
  #place: Place
  readonly #remembered = new Map<FieldKind, Map<string, Rewritten>>()
  readonly values: ValueRewriter

  constructor(options: WalkOptions) {
    this.#options = options
    this.#kinds = new FieldKinds(options.rules.ids)
    this.#place = options.changes.placeOf('')
    this.values = new ValueRewriter({
      ...options,
      kinds: this.#kinds,
      rewriteJson: (value, scope) => this.#walk(value, '', scope),
    })
  }

  /** `place` begins the path of each change, e.g. `source response`. */
  rewrite(value: Json, place: string): Json {
    this.#place = this.#options.changes.placeOf(place)
    return this.#walk(value, '', ROOT)
  }

  /** A text outside of JSON. */
  rewriteText(text: string, place: string, rewrite: (text: string) => string): string {
    const value = rewrite(text)
    if (value !== text) this.#options.changes.placeOf(place).count('url')
    return value
  }

  #walk(value: Json, name: string, scope: Scope): Json {
    if (typeof value === 'string') return this.#rewriteString(value, name, scope)
    if (typeof value === 'number') return this.#rewriteNumber(value, name, scope)
    if (Array.isArray(value)) return this.#walkList(value, name, scope)
    return isObject(value) ? this.#walkObject(value, name, scope) : value
  }

  #walkList(list: readonly Json[], name: string, scope: Scope): Json {
    const outer = this.#place
    this.#place = outer.at('*')
    const walked = list.map((item) => this.#walk(item, name, scope))
    this.#place = outer
    return walked
  }

  #walkObject(value: JsonObject, name: string, outer: Scope): Json {
    const scope = scopeOf(value, name, outer, this.#options.rules.fields ?? NO_SHAPES)
    const members: [string, Json][] = []
    const around = this.#place
    for (const [member, inner] of Object.entries(value)) {
      if (inner === undefined) continue
      const written = this.#rewriteName(member, scope)
      if (inner !== null && typeof inner !== 'boolean') this.#place = around.at(written === member ? member : '*')
      members.push([written, this.#walkMember(inner, member, scope)])
    }
    this.#place = around
    return Object.fromEntries(members)
  }

  #walkMember(value: Json, name: string, scope: Scope): Json {
    if (!this.#isKept(name)) return this.#walk(value, name, scope)
    this.#options.changes.kept(name)
    return this.#walkKept(value, scope)
  }

  #walkKept(value: Json, scope: Scope): Json {
    if (typeof value === 'string') return this.values.rewriteKept(value, scope)
    if (Array.isArray(value)) return value.map((item: Json) => this.#walkKept(item, scope))
    if (!isObject(value)) return value
    const members = Object.entries(value).map(([name, inner = null]) => [name, this.#walkKept(inner, scope)] as const)
    return Object.fromEntries(members)
  }

  #isKept(name: string): boolean {
    const { keep } = this.#options
    if (keep.length === 0) return false
    const path = this.#place.path.replaceAll('.*', '')
    return keep.some((entry) => entry === name || path.endsWith(`.${entry}`))
  }

  #rewriteString(text: string, name: string, scope: Scope): string {
    const rewritten = this.#rewriteOnce(text, this.#kinds.kindOf(name, scope), scope)
    if (rewritten.value !== text) this.#place.count(rewritten.kind)
    return rewritten.value
  }

  /** Most short texts are found many times: ids, names, states. */
  #rewriteOnce(text: string, kind: FieldKind, scope: Scope): Rewritten {
    if (text.length > MAX_REMEMBERED || /^\s*[{[]/.test(text)) return this.values.rewrite(text, kind, scope)
    const known = this.#remembered.get(kind) ?? new Map<string, Rewritten>()
    this.#remembered.set(kind, known)
    const key = scope.country === undefined ? text : `${scope.country} ${text}`
    const rewritten = known.get(key) ?? this.values.rewrite(text, kind, scope)
    known.set(key, rewritten)
    return rewritten
  }

  #rewriteNumber(number: number, name: string, scope: Scope): number {
    const { actions } = this.#options
    if (COORDINATE.test(name) && scope.shape?.types.get(name) === undefined) return this.#rewriteCoordinate(number)
    if (!Number.isSafeInteger(number) || number <= 0) return number
    const text = String(number)
    const read = text.length < SHORTEST_PHONE ? undefined : actions.findPhone(text)
    const isId = this.#kinds.isIdNumber(name, scope)
    if (read === undefined && !isId && !actions.isKnownId(text) && !isForeign(number, text, name, scope)) return number
    const value = read === undefined ? actions.id(text) : actions.phone(text, read).replace(/\D/g, '')
    if (value !== text) this.#place.count(read !== undefined ? 'phone number' : isId ? 'id' : 'number')
    return Number(value)
  }

  /** With as many decimals. */
  #rewriteCoordinate(number: number): number {
    this.#place.count('place')
    return Number(this.#options.actions.phrase(String(Math.abs(number)), 'place')) % 60
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
    const handles = name.replace(
      /(?<![\p{L}\p{N}])@[\p{L}\p{N}][\p{L}\p{N}_.-]+/gu,
      (handle) => `@${actions.id(handle.slice(1))}`,
    )
    return actions
      .namesWithin(handles)
      .replace(/[\p{L}\p{M}\p{N}'’_-]+/gu, (part) => this.#rewriteNamePart(part, actions))
  }

  #rewriteNamePart(part: string, actions: WalkOptions['actions']): string {
    if (actions.isKnownId(part)) return actions.id(part)
    return part.replace(/[\p{L}\p{M}'’]+/gu, (word) => (actions.isTelling(word) ? actions.name(word) : word))
  }
}

const NO_SHAPES: ReadonlyMap<string, Shape> = new Map()

/** A long number in a field that no one declared may be a phone number, a card, or another system's id. */
function isForeign(number: number, text: string, name: string, { shape, isOwn }: Scope): boolean {
  if (shape?.types.get(name) !== undefined) return false
  return text.length >= (isOwn ? SHORTEST_PHONE : LONG_NUMBER) && !isTime(number, text)
}

const isTime = (number: number, text: string): boolean =>
  (text.length === 10 && number >= SECONDS[0] && number < SECONDS[1]) ||
  (text.length === 13 && number >= MILLISECONDS[0] && number < MILLISECONDS[1])
