/** How the result of a case differs from what it expects, as data. Keys are without the workspace. */
import type { Ingress, Json } from '../../ports/types.ts'
import type { CaseOccurrence, CasePlace, ExpectedOccurrence } from '../types.ts'

/** Names from an occurrence down to a value: `['properties', 'Custom Attributes', 'plan']`. */
export type MemberPath = readonly string[]

/** An expression of the spec. */
export interface ExpressionPlace {
  /** `file:line:column`. */
  readonly place: string
  readonly text: string
}

interface CommonParts {
  /** Absent: the case expects the occurrence of any metric. */
  readonly metric?: string
  /** Of the expectation; of the case if it has none. */
  readonly place: CasePlace
  /** What made the value, or what decided. Absent: unknown. */
  readonly expression?: ExpressionPlace
  /** Why, in sentences without a full stop. */
  readonly because: readonly string[]
}

/** The case expects an occurrence that did not come. */
export interface MissingOccurrence extends CommonParts {
  readonly kind: 'missing'
  readonly expected: ExpectedOccurrence
}

/** An occurrence came that the case does not expect. */
export interface UnexpectedOccurrence extends CommonParts {
  readonly kind: 'unexpected'
  readonly actual: CaseOccurrence
}

/** Sent in place of skipped, or the other way round: `sent`, `skipped: REASON`, `fault: CODE`. */
export interface DifferentOutcome extends CommonParts {
  readonly kind: 'outcome'
  readonly expected: string
  readonly actual: string
}

/** An occurrence has another value. */
export interface DifferentMember extends CommonParts {
  readonly kind: 'member'
  readonly member: MemberPath
  /** Absent: the case expects none. */
  readonly expected?: Json
  /** Absent: there is none. */
  readonly actual?: Json
}

/** All occurrences are as expected, in another order. `expected` and `actual` are metrics with their keys. */
export interface DifferentOrder extends CommonParts {
  readonly kind: 'order'
  readonly expected: readonly string[]
  readonly actual: readonly string[]
}

/** Two ingresses of one case, which expects the same of both, differ in what the case does not name. */
export interface DifferentIngress extends CommonParts {
  readonly kind: 'ingress'
  readonly ingresses: readonly [Ingress | 'course', Ingress | 'course']
  /** Absent: only one of them gives the occurrence. */
  readonly member?: MemberPath
  readonly values: readonly [Json | undefined, Json | undefined]
}

export type Difference =
  | MissingOccurrence
  | UnexpectedOccurrence
  | DifferentOutcome
  | DifferentMember
  | DifferentOrder
  | DifferentIngress
