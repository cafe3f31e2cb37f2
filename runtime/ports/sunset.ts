/** The time at which a vendor ends something, such as a revision of its API (RFC 8594 calls it sunset). */
export interface Sunset {
  /** `revision 2026-07-15 of the API`. */
  readonly what: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** What to do before: `Update the connector`. */
  readonly action: string
}
