/** The texts that belong to no person: names of fields, states and kinds, and the texts of the spec. */
import type { KnownShape } from '../../expression/check/shape.ts'
import { foldText } from './substitutes/letters.ts'
import type { RedactionRules } from './types.ts'

/** Members of JSON APIs in general. Their words are never taken for a person's name. */
const COMMON = `
  id ids type types data list items attributes relationships links self next prev previous first last pages page total count meta
  errors error status state topic title detail details source pointer parameter code message messages name names value values url
  href created updated deleted archived time date user users contact contacts customer customers person people admin lead
  visitor company companies profile profiles email mail phone mobile number address location true false null not none test
  event events invalid email_address phone_number unknown guest support sales team teams open closed
`

const WORD = /[\p{L}\p{M}]+/gu

export class Vocabulary {
  readonly #words = new Set<string>()
  readonly #texts = new Set<string>()
  readonly #fields = new Set<string>()

  constructor({ fields = new Map(), literals = [] }: RedactionRules) {
    for (const word of COMMON.trim().split(/\s+/)) this.#addWords(word)
    for (const [name, shape] of fields) {
      this.#addWords(name)
      this.#addShape(shape)
    }
    for (const literal of literals) this.#addText(literal)
  }

  /** Whether the whole text is one of the spec's or a known value of a field. */
  hasText(text: string): boolean {
    return this.#texts.has(text)
  }

  /** Whether a folded word is part of a known field or value. */
  hasWord(folded: string): boolean {
    return this.#words.has(folded)
  }

  /** Whether a member of this name is known. */
  hasField(name: string): boolean {
    return this.#fields.has(name)
  }

  /** Texts of the spec of at least four characters, to find within others. */
  get literals(): readonly string[] {
    return [...this.#texts].filter((text) => text.length >= 4 && /[^\w ]/.test(text))
  }

  #addShape(shape: KnownShape): void {
    if (shape === undefined) return
    for (const [field, inner] of shape.fields) {
      this.#fields.add(field)
      this.#addWords(field)
      this.#addShape(inner)
    }
    for (const { values = [], usual = [] } of shape.types.values()) {
      for (const text of [...values, ...usual]) this.#addText(text)
    }
  }

  #addText(text: string): void {
    this.#texts.add(text)
    this.#addWords(text)
  }

  #addWords(text: string): void {
    for (const [word] of text.matchAll(WORD)) this.#words.add(foldText(word))
  }
}
