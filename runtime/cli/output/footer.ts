/** Lines at the bottom of a terminal, redrawn in place while log lines scroll above them. */
import type { Output } from '../io.ts'

/** One per terminal. All output to it must pass through here, or the lines tear. */
export class Footer {
  readonly #output: Output
  #lines: readonly string[] = []

  constructor(output: Output) {
    this.#output = output
  }

  /** Replaces the lines. Cuts each to the width, since a wrapped line cannot be erased. */
  draw(lines: readonly string[]): void {
    const width = Math.max(1, this.#output.columns - 1)
    const cut = lines.map((line) => line.slice(0, width))
    this.#output.write(this.#erase() + cut.map((line) => `${line}\n`).join(''))
    this.#lines = cut
  }

  /** Prints above the lines. */
  print(text: string): void {
    this.#output.write(this.#erase() + text + this.#lines.map((line) => `${line}\n`).join(''))
  }

  /** Leaves the lines in place; later output goes below them. */
  release(): void {
    this.#lines = []
  }

  /** Moves to the first line and clears from there down (ECMA-48 CPL and ED). */
  #erase(): string {
    return this.#lines.length === 0 ? '' : `\u001b[${this.#lines.length}F\u001b[J`
  }
}
