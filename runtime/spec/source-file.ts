/** A file of the spec: its path, its text, and the line and column of each offset. */

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

/** What a file of a base has beyond a file of the spec itself. */
export interface BaseFile {
  /** The spec's own file that would change it. */
  readonly overlayPath: string
  /** Absolute. Absent: the file is not on disk. */
  readonly diskPath?: string | undefined
}

export class SourceFile {
  /** Relative to the spec's folder, with `/`; for a file of a base, after the name of the base. */
  readonly path: string
  readonly text: string
  readonly base: BaseFile | undefined
  readonly #starts: readonly number[]

  constructor(path: string, text: string, base?: BaseFile) {
    this.path = path
    this.text = text
    this.base = base
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)]
  }

  position(offset: number): Position {
    // By halves: a file of a thousand cases asks for ten thousand positions.
    let [index, end] = [0, this.#starts.length]
    while (end - index > 1) {
      const middle = (index + end) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) index = middle
      else end = middle
    }
    return { line: index + 1, column: offset - (this.#starts[index] ?? 0) + 1 }
  }

  /** `path:line:column`. */
  place(offset: number): string {
    const { line, column } = this.position(offset)
    return `${this.path}:${line}:${column}`
  }

  /** Offset of a line; of the end of the text if there is no such line. */
  lineStart(number: number): number {
    return this.#starts[number - 1] ?? this.text.length
  }

  /** A line without its terminator. */
  line(number: number): string {
    const start = this.lineStart(number)
    const end = (this.#starts[number] ?? this.text.length + 1) - 1
    return this.text.slice(start, end).replace(/\r$/, '')
  }
}

/** What `SourceFile.place` wrote. Undefined: it is none. */
export function parsePlace(place: string): (Position & { readonly path: string }) | undefined {
  const [, path, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? []
  return path === undefined ? undefined : { path, line: Number(line), column: Number(column) }
}
