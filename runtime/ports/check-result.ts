/** One line of `connector check`. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** The finding; of a failed check, the missing part and where to get it. */
  readonly detail: string
}
