/** Thrown by the ReDoS analysis where it would take too long, or finds too many ways to match. */

export class RegexTooLarge extends Error {
  override readonly name = 'RegexTooLarge'
  /** Offsets of the part that can match one string in too many ways, where a single one is to blame. */
  readonly part: readonly [start: number, end: number] | undefined

  constructor(part?: readonly [start: number, end: number]) {
    super('too many alternatives and repetitions')
    this.part = part
  }
}
