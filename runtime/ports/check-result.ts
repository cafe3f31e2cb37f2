/** One line of `connector check`. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** What was found, or what is missing and where to get it. */
  readonly detail: string
}
