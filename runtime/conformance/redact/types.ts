/** The words of redaction: what goes in, the rules, what a redactor returns, and what a detector finds. */
import type { Shape } from '../../expression/check/shape.ts'

/** What is known of the data. Everything that no rule knows is replaced. */
export interface RedactionRules {
  /** The known fields of the spec, by resource and lookup. */
  readonly fields?: ReadonlyMap<string, Shape>
  /** Texts of the spec itself: metrics, reasons, texts that expressions compare with. They stay. */
  readonly literals?: Iterable<string>
  /** Hosts of both APIs, e.g. `api.example.net`. Those of the recorded requests are added. */
  readonly hosts?: readonly string[]
  /** Names of further headers that stay. */
  readonly headers?: readonly string[]
  /** Names of further fields that hold an id. */
  readonly ids?: readonly string[]
  /** The credentials of both APIs, e.g. `/\bpk_\w{20,}/`. */
  readonly tokens?: readonly RegExp[]
  /** The spec's own reading of phone numbers, which may accept more than the library: E.164, or undefined. */
  readonly readPhone?: (text: string, country: string | undefined) => string | undefined
}

export interface RedactionOptions {
  /** 32 random bytes. They would make it possible to test guesses, so they are never stored. */
  readonly key: Uint8Array
  readonly rules: RedactionRules
  /** Attributes whose text stays, by name, e.g. `Order number`, or by the end of a path, e.g. `tags.name`. */
  readonly keep?: readonly string[]
}

/** A kind of a value. */
export type ValueKind =
  | 'address'
  | 'phone number'
  | 'name'
  | 'place'
  | 'company'
  | 'id'
  | 'text'
  | 'url'
  | 'ip'
  | 'number'
  | 'date'
  | 'token'

/** What was replaced, by place; never by which value. */
export interface RedactionManifest {
  readonly replaced: readonly ReplacedValues[]
  /** Attributes that stay by `keep`. */
  readonly kept: readonly { readonly name: string; readonly count: number }[]
  /** Headers left out, by name. */
  readonly dropped: readonly { readonly name: string; readonly count: number }[]
}

export interface ReplacedValues {
  /** E.g. `source response: conversations.*.source.author.email`. */
  readonly path: string
  readonly kind: ValueKind
  readonly count: number
}

/** A place that still holds a person's data. Never has the value. */
export interface Finding {
  /** What it looks like, e.g. `address` or `name of a person`. */
  readonly kind: string
  /** Counts from 1. */
  readonly line: number
  readonly column: number
  /** How the value is written there, e.g. `base64`. Absent: as it is. */
  readonly encoding?: string
}
