/** The section `people` of connector.yaml, compiled: whom to send. */
import type { Expression } from '../../expression/expression.ts'

export interface PeopleSpec {
  /** People of whom nothing is sent. Absent: there are none. */
  readonly exclude?: ExcludeSpec
  /** Whether only people are sent whom the destination has already. */
  readonly onlyKnown: boolean
  /** Deletes the profiles of contacts that are deleted at the source. Absent: they stay. */
  readonly deletion?: DeletionSpec
  /** Lookups that its expressions need, each after those it depends on. */
  readonly lookups: readonly string[]
}

export interface ExcludeSpec {
  /** Of e-mail addresses, each with its subdomains. In lower case and punycode. */
  readonly domains: ReadonlySet<string>
  /** In the order of evaluation. */
  readonly rules: readonly ExclusionRule[]
}

export interface ExclusionRule {
  readonly reason: string
  /** Over the contact. */
  readonly expr: Expression
  /** The rule applies to one of these values, in lower case. Absent: to whatever is true. */
  readonly values?: ReadonlySet<string>
}

export interface DeletionSpec {
  /** Over a notification's contact: whether it was deleted. */
  readonly deleted: Expression
  /** By identifier: the lookup of the ids of all contacts that have it. */
  readonly sameAddress: ReadonlyMap<string, string>
}
