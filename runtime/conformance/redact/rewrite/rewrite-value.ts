/** Replaces one text value, by what its member holds and by its own form. */
import type { Json } from '../../../ports/types.ts'
import { DATE_TIME, DOTTED, EMAIL_WHOLE, isIpv6, JWT, UUID } from '../patterns.ts'
import { readPhone } from '../substitutes/phones.ts'
import type { RedactionRules, ValueKind } from '../types.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { isCode } from './codes.ts'
import type { FieldKind, FieldKinds, Scope } from './fields.ts'
import { rewriteUrl, type UrlContext } from './rewrite-url.ts'
import { scanText, type TextContext, type TextMode } from './scan-text.ts'
import { unmaskEmails } from './unmask.ts'
import type { ValueActions } from './value-actions.ts'

export interface RewriteOptions {
  readonly actions: ValueActions
  readonly vocabulary: Vocabulary
  readonly rules: RedactionRules
  readonly kinds: FieldKinds
  readonly isApiHost: (host: string) => boolean
  /** JSON within a text. */
  readonly rewriteJson: (value: Json, scope: Scope) => Json
}

/** What a value became, and as what it was taken. */
export interface Rewritten {
  readonly value: string
  readonly kind: ValueKind
}

const WORD_OF_PROGRAM = /^[a-z][a-z0-9_.:+-]{0,79}$/
/** Parameters that hold a text to find. */
const SEARCHED = /^(?:q|query|search|term|text|name)$/
const JWT_WHOLE = new RegExp(`^${JWT.source}$`)
const IPV4_WHOLE = new RegExp(`^${DOTTED.source}$`)
const OPERATOR = /^(?:AND|OR|IN|NIN|NOT|GET|POST|PUT|PATCH|DELETE|[<>=!~^]{1,2}|-?[a-z]\w*[A-Z]\w*)$/
const WIDE = /[\uff01-\uff5e]/
const ALL_WIDE = /[\uff01-\uff5e]/g
const toNarrow = (char: string): string => String.fromCharCode(char.charCodeAt(0) - 0xfee0)
const ID_FORM = /^(?=.*\d)[A-Za-z0-9][\w.:~|-]*[A-Za-z0-9=]{1,3}$/

export class ValueRewriter {
  readonly #options: RewriteOptions
  readonly #literals: readonly string[]
  readonly #kinds: FieldKinds

  constructor(options: RewriteOptions) {
    this.#options = options
    this.#literals = options.vocabulary.literals
    this.#kinds = options.kinds
  }

  rewrite(written: string, kind: FieldKind, scope: Scope): Rewritten {
    const { actions, vocabulary } = this.#options
    if (written.trim() === '') return { value: written, kind: 'text' }
    const text = unmaskEmails(WIDE.test(written) ? written.replace(ALL_WIDE, toNarrow) : written)
    if (kind === 'token') return { value: actions.token(text), kind: 'token' }
    if (kind !== 'name' && vocabulary.hasText(text)) return { value: text, kind: 'text' }
    return (
      this.#rewriteField(text, kind, scope) ?? this.#rewriteForm(text, scope, kind === 'message' ? 'message' : 'text')
    )
  }

  /** Undefined: the text does not have the form that its member promises. */
  #rewriteField(text: string, kind: FieldKind, scope: Scope): Rewritten | undefined {
    const { actions } = this.#options
    const hasName = () => this.#hasName(text)
    switch (kind) {
      case 'id':
        return this.#rewriteId(text)
      case 'phone':
        return this.#rewritePhone(text, scope)
      case 'name':
        return /[@\d/]/.test(text.replace(/&#?\w+;/g, ''))
          ? undefined
          : { value: this.#rewriteName(text), kind: 'name' }
      case 'place':
        return /\d{3}|@|:\/\//.test(text) ? undefined : { value: actions.phrase(text, 'place'), kind: 'place' }
      case 'company':
        return /@|:\/\//.test(text) ? undefined : { value: actions.phrase(text, 'company'), kind: 'company' }
      case 'birthday':
        return DATE_TIME.test(text) ? { value: actions.birthday(text), kind: 'date' } : undefined
      case 'date':
        return DATE_TIME.test(text) ? { value: text, kind: 'date' } : undefined
      case 'code':
        return isCode(text) && (!hasName() || text.length === 2) ? { value: text, kind: 'text' } : undefined
      case 'choice':
        return (this.#isWordOfProgram(text) || OPERATOR.test(text)) && !/\d{6}/.test(text) && !hasName()
          ? { value: text, kind: 'text' }
          : undefined
      case 'pointer':
        return /^[\w./[\]-]+$/.test(text) && !hasName() && !/\d{5}/.test(text)
          ? { value: text, kind: 'text' }
          : undefined
      case 'url':
        return /^\/|^[a-z]+:\/\/|^www\./i.test(text) ? { value: this.rewriteUrl(text, scope), kind: 'url' } : undefined
      default:
        return undefined
    }
  }

  /** `ticket.created`, but not `shop.example`. */
  #isWordOfProgram(text: string): boolean {
    const last = text.slice(text.lastIndexOf('.') + 1)
    return WORD_OF_PROGRAM.test(text) && (last === text || this.#options.vocabulary.hasWord(last))
  }

  #hasName(text: string): boolean {
    const { actions } = this.#options
    return (text.match(/[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu) ?? []).some((word) => actions.isTelling(word))
  }

  /** Of an attribute that the operator keeps: only what is known as a person's. */
  rewriteKept(text: string, scope: Scope): string {
    const { actions } = this.#options
    const context = this.#context(scope, 'kept')
    if (actions.isKnownId(text)) return actions.id(text)
    return scanText(text, { ...context, rewriteValue: (value) => this.rewriteKept(value, scope) })
  }

  #rewriteId(text: string): Rewritten | undefined {
    const { actions } = this.#options
    if (/[\s@]|^\w+:\/\/|^\//.test(text)) return undefined
    if (/^0+$/.test(text)) return { value: text, kind: 'id' }
    if (isEncodedText(text)) return undefined
    return { value: /[:|]/.test(text) ? this.#rewriteCompound(text) : actions.id(text), kind: 'id' }
  }

  #rewritePhone(text: string, { country }: Scope): Rewritten | undefined {
    const { actions, rules } = this.#options
    const read = readPhone(text, country, rules.readPhone) ?? actions.findPhone(text.replace(/\D/g, ''))
    if (read !== undefined) return { value: actions.phone(text, read), kind: 'phone number' }
    return /@|:\/\//.test(text) ? undefined : { value: actions.invalidPhone(text), kind: 'phone number' }
  }

  #rewriteName(text: string): string {
    const { actions } = this.#options
    if (!text.includes('&')) return actions.name(text)
    // Learns the whole name, then writes its words with the entities between them.
    actions.name(text)
    return scanText(text, { ...this.#context(ROOTLESS, 'text') })
  }

  /** By its own form. */
  #rewriteForm(text: string, scope: Scope, mode: TextMode): Rewritten {
    const { actions } = this.#options
    const bare = text.trim()
    if (DATE_TIME.test(bare)) return { value: text, kind: 'date' }
    if (EMAIL_WHOLE.test(bare)) return { value: text.replace(bare, () => actions.email(bare)), kind: 'address' }
    if (JWT_WHOLE.test(bare)) return { value: actions.token(text), kind: 'token' }
    if (/^[a-z]+:\/\/\S+$/i.test(bare) || /^\/[\w%~-]+(?:\/[\w%.~-]*)*(?:\?\S*)?$/.test(bare)) return { value: this.rewriteUrl(text, mode === 'text' ? { ...scope, isOwn: true } : scope), kind: 'url' } // biome-ignore format: one line
    if (IPV4_WHOLE.test(bare) || isIpv6(bare)) return { value: actions.ip(text), kind: 'ip' }
    const json = this.#rewriteNestedJson(text, scope)
    if (json !== undefined) return { value: json, kind: 'text' }
    const encoded = this.#rewriteBase64(text, scope)
    if (encoded !== undefined) return { value: encoded, kind: 'text' }
    const phone = this.#rewriteDialled(bare, scope)
    if (phone !== undefined) return { value: phone, kind: 'phone number' }
    if (/^00[1-9]\d{6,}$/.test(bare)) return { value: actions.invalidPhone(text), kind: 'phone number' }
    if (UUID.test(bare) || ID_FORM.test(bare)) return { value: this.#rewriteCompound(text), kind: 'id' }
    return { value: this.#scanNamed(text, scope, mode), kind: 'text' }
  }

  /** `Ada O'Brien <ada@…>`: the name is a person's wherever it stands. */
  #scanNamed(text: string, scope: Scope, mode: TextMode): string {
    const { actions } = this.#options
    for (const [, name] of text.matchAll(DISPLAY_NAME)) if (name !== undefined) actions.name(name)
    return scanText(text, this.#context(scope, mode))
  }

  /** A number that stands alone, written to be dialled or known as a person's. */
  #rewriteDialled(text: string, { country }: Scope): string | undefined {
    const { actions, rules } = this.#options
    if (!/^[+(]?\d[\d\s()./\u2010-\u2015-]{5,22}(?:\s?(?:ext\.?|x)\s?\d{1,6})?$/i.test(text)) return undefined
    const digits = text.replace(/\D/g, '')
    const isWritten = /^[+(]|^0\d|[\s()]/.test(text)
    const read = actions.findPhone(digits) ?? (isWritten ? readPhone(text, country, rules.readPhone) : undefined)
    return read === undefined ? undefined : actions.phone(text, read)
  }

  /** `workspace:conversation:123`: each part is a value of its own. */
  #rewriteCompound(text: string): string {
    const { actions, vocabulary } = this.#options
    if (UUID.test(text) || !/[:|]/.test(text)) return actions.id(text)
    return text.replace(/[^:|]+/g, (part) => {
      if (vocabulary.hasText(part) || /^\d{4}-\d\d-\d\dT\d\d$|^\d\d$|^\d\d(?:\.\d+)?Z$/.test(part)) return part
      return ID_FORM.test(part) || actions.isKnownId(part) ? actions.id(part) : this.#scanNamed(part, ROOTLESS, 'text')
    })
  }

  #rewriteNestedJson(text: string, scope: Scope): string | undefined {
    if (!/^\s*[{[]/.test(text)) return undefined
    let parsed: Json
    try {
      parsed = JSON.parse(text) as Json
    } catch {
      return undefined
    }
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const indent = /\n(\s+)/.exec(text)?.[1] ?? 0
    return JSON.stringify(this.#options.rewriteJson(parsed, scope), undefined, indent)
  }

  #rewriteBase64(text: string, scope: Scope): string | undefined {
    if (!isEncodedText(text)) return undefined
    const decoded = Buffer.from(text, 'base64').toString('utf8')
    const { value } = this.rewrite(decoded, 'text', { ...scope, isOwn: true })
    const isUrlSafe = /[-_]/.test(text)
    const encoded = Buffer.from(value, 'utf8').toString(isUrlSafe ? 'base64url' : 'base64')
    return text.endsWith('=') || isUrlSafe ? encoded : encoded.replace(/=+$/, '')
  }

  rewriteUrl(url: string, scope: Scope): string {
    return rewriteUrl(url, this.#urlContext(scope))
  }

  #urlContext(scope: Scope): UrlContext {
    const { isApiHost } = this.#options
    const own = { ...scope, isOwn: true }
    return {
      isApiHost,
      isApiPath: !scope.isOwn,
      isPersonal: (text) => this.#hasName(text),
      literals: this.#literals,
      rewriteValue: (value) => this.rewrite(value, 'text', own).value,
      rewriteApiValue: (value, name) => this.#rewriteParameter(value, name, own),
    }
  }

  /** A part of the path, where `name` is empty, or a member of the query of an API. */
  #rewriteParameter(value: string, name: string, scope: Scope): string {
    const kind = name === '' ? 'condition' : this.#kinds.kindOf(name, scope)
    if (kind !== 'text' && kind !== 'condition' && kind !== 'id') return this.rewrite(value, kind, scope).value
    if (SEARCHED.test(name)) return this.rewrite(value, 'text', scope).value
    const isWord = /^-?[a-z][a-zA-Z_.,[\]-]*$/.test(value) && !this.#hasName(value)
    const isSmall = name === '' ? /^v\d{1,4}(?:\.\d+)?$/.test(value) : /^\d{1,4}$/.test(value)
    if (isWord || isSmall) return value
    if (/^\d{10}$/.test(value) && /time|since|until|after|before|_at/.test(name)) return value
    return this.rewrite(value, /^[\w.~=-]+$/.test(value) ? 'id' : 'condition', scope).value
  }

  #context(scope: Scope, mode: TextMode): TextContext {
    const { actions, vocabulary, rules } = this.#options
    return {
      actions,
      vocabulary,
      mode,
      country: scope.country,
      ...(rules.readPhone !== undefined && { readPhone: rules.readPhone }),
      rewriteUrl: (url) => this.rewriteUrl(url, scope),
      rewriteValue: (value) => this.rewrite(value, 'text', { ...scope, isOwn: true }).value,
    }
  }
}

const ROOTLESS: Scope = { shape: undefined, parent: '', isPerson: false, isOwn: true, isError: false }

const DISPLAY_NAME = /"?([\p{Lu}\p{Lo}][\p{L}\p{M}'’.-]*(?: [\p{L}][\p{L}\p{M}'’.-]*){0,4})"? ?(?:<|&lt;)[^\s<>@&]+@/gu

/** Base64 of a readable text. */
export function isEncodedText(text: string): boolean {
  if (text.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) || /^[a-z_-]+$|^\d+$/.test(text)) return false
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return (
    decoded.length >= 8 &&
    /^[\p{L}\p{M}\p{N}\p{P}\p{S}\s]+$/u.test(decoded) &&
    /^[\0-\u024f]+$/.test(decoded) &&
    /[a-zA-Z]{3}|\d{5}/.test(decoded)
  )
}
