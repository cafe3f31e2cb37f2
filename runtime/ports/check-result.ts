/** One line of `connector check`. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** The finding, or what is missing and where to get it. */
  readonly detail: string
}
