/** One line of `connector check`. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** Passed today, but needs attention before it fails. */
  readonly warning?: boolean
  /** The finding; of a failed check, the missing part and where to get it. */
  readonly detail: string
}
