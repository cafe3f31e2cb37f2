/** What a connector's code knows of its two vendors, as data for the checks of a spec. */

export interface VendorRules {
  readonly source?: SideRules
  readonly destination: DestinationRules
}

export interface SideRules {
  readonly headers?: readonly HeaderRule[]
  readonly secrets?: readonly SecretRule[]
}

export interface DestinationRules extends SideRules {
  /** Names under `endpoints` that the code calls. All are required. */
  readonly endpoints: readonly string[]
  /** Those that a setting of `people` requires. */
  readonly peopleEndpoints?: Readonly<Record<'onlyKnown' | 'onDelete', readonly string[]>>
  /** Names under `limits` that it reads. An absent one does not limit. */
  readonly limits: readonly string[]
  /** Attributes by which the destination finds a person. Absent: any. */
  readonly identifiers?: readonly string[]
  /** Attributes that are numbers, or texts that are numbers. All others are texts. Absent: none is checked. */
  readonly numbers?: readonly string[]
}

/** A header with values that the connector can work with. */
export interface HeaderRule {
  readonly name: string
  /** The value to write if the vendor refuses requests without the header. Absent: it is optional. */
  readonly required?: string
  /** Why a value cannot work, and what to write; undefined if it can. */
  check(value: string): HeaderProblem | undefined
}

export interface HeaderProblem {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly help: string
}

/** Recognizes a credential, which must not stand in a file. */
export interface SecretRule {
  readonly pattern: RegExp
  /** `an access token of the source`. */
  readonly noun: string
  /** Where it belongs. */
  readonly help: string
}
