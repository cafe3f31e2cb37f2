/** A parsed YAML file that knows the place of each value, key and character. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import type { SourceFile } from './source-file.ts'
import { aliasDiagnostic, encodingDiagnostic, wordAt, yamlDiagnostics } from './yaml-errors.ts'

export type Path = readonly (string | number)[]
export type Span = readonly [start: number, end: number]

/** A span in a file. */
export interface FileSpan {
  readonly file: SourceFile
  readonly span: Span
}

/** A text in a file, with the place of each of its characters. */
export interface PlacedText {
  readonly value: string
  readonly file: SourceFile
  /** Offset in the file of an offset in the value. */
  at(offset: number): number
}

/** Plain data that knows the place of each value, key and character: of one file, or of a file and the base it changes. */
export interface PlacedYaml {
  /** Undefined if there are errors. */
  readonly value: unknown
  readonly errors: readonly Diagnostic[]
  /** The value; the nearest value around it if it is absent. */
  span(path: Path): FileSpan
  /** The key, or the item in a list. */
  keySpan(path: Path): FileSpan
  text(path: Path): PlacedText
  /** Whether a `~` at the path removes a value of the base. */
  removes(path: Path): boolean
}

export class YamlFile implements PlacedYaml {
  readonly file: SourceFile
  /** Plain data with aliases resolved; undefined if there are errors. */
  readonly value: unknown
  readonly errors: readonly Diagnostic[]
  readonly #document: Document

  constructor(file: SourceFile) {
    this.file = file
    const unreadable = encodingDiagnostic(file)
    // At level "silent" the parser does not report a second document.
    const options = { prettyErrors: false, stringKeys: true, logLevel: 'error' } as const
    const document = parseDocument(unreadable ? '' : file.text, options)
    this.#document = document
    const errors = unreadable ? [unreadable] : yamlDiagnostics(document, file)
    try {
      this.value = errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
    } catch {
      errors.push(aliasDiagnostic(document, file))
    }
    this.errors = errors
    if (isCircular(this.value)) {
      const message = 'an alias refers to a value that contains it'
      const help = 'replace the alias with the value itself'
      this.errors = [{ code: 'yaml/circular', severity: 'error', message, help, file, span: wordAt(file.text, 0) }]
    }
  }

  removes(): boolean {
    return false
  }

  /** Whether the value at the path is empty, rather than `~`. */
  isBlank(path: Path): boolean {
    const value = this.#pair(path)?.value
    return value === null || (isScalar(value) && value.source === '')
  }

  span(path: Path): FileSpan {
    return { file: this.file, span: this.#span(path) }
  }

  keySpan(path: Path): FileSpan {
    return { file: this.file, span: this.#keySpan(path) }
  }

  #span(path: Path): Span {
    for (let length = path.length; length > 0; length--) {
      const node = this.#node(path.slice(0, length))
      if (node?.range) return [node.range[0], Math.max(node.range[0] + 1, node.range[1])]
      const key = this.#pair(path.slice(0, length))
      if (key) return this.#keySpan(path.slice(0, length))
    }
    return wordAt(this.file.text, 0)
  }

  #keySpan(path: Path): Span {
    const key = this.#pair(path)?.key
    if (isNode(key) && key.range) return [key.range[0], key.range[1]]
    return path.length === 0 ? wordAt(this.file.text, 0) : this.#span(path)
  }

  text(path: Path): PlacedText {
    const { file } = this
    const node = this.#node(path)
    const value = isScalar(node) && typeof node.value === 'string' ? node.value : ''
    if (!isScalar(node) || !node.range) return { value, file, at: () => this.#span(path)[0] }
    const [start] = node.range
    let offsets: readonly number[] | undefined
    return {
      value,
      file,
      at: (offset) => {
        // Every expression needs its start, few need more.
        if (offset === 0 && node.type === 'PLAIN') return start
        offsets ??= scalarOffsets(file.text, start, value, node.type ?? 'PLAIN')
        return offsets[Math.min(offset, offsets.length - 1)] ?? start
      },
    }
  }

  #node(path: Path): Node | undefined {
    let node: unknown = this.#document.contents
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document)
      node = isMap(node) ? pairOf(node.items, step)?.value : isSeq(node) ? node.items[Number(step)] : undefined
    }
    const resolved = isAlias(node) ? node.resolve(this.#document) : node
    return isNode(resolved) ? resolved : undefined
  }

  #pair(path: Path): Pair | undefined {
    const holder = this.#node(path.slice(0, -1))
    const last = path.at(-1)
    return isMap(holder) && last !== undefined ? pairOf(holder.items, last) : undefined
  }
}

const pairOf = (items: readonly Pair[], name: string | number): Pair | undefined =>
  items.find(({ key }) => isScalar(key) && String(key.value) === String(name))

/** Detects a value that contains itself: later recursive walks would never end. */
function isCircular(value: unknown, ancestors: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null) return false
  const path = new Set(ancestors).add(value)
  return ancestors.has(value) || Object.values(value).some((member) => isCircular(member, path))
}

/**
 * The offset in `source` of every character of a scalar's `value`, and of its end. `start` is the offset of its
 * quote, or of the `|` or `>` of a block.
 *
 * Indents, folds and trailing blanks only add or change blanks, so all other characters occur in order.
 */
function scalarOffsets(source: string, start: number, value: string, style: string): readonly number[] {
  let at = start + headWidth(source, start, style)
  const offsets: number[] = []
  for (const char of value.split('')) {
    const isBlank = /\s/.test(char)
    if (!isBlank)
      for (let blank = blankWidth(source, at, style); blank > 0; blank = blankWidth(source, at, style)) at += blank
    offsets.push(at)
    at += isBlank ? blankWidth(source, at, style) : charWidth(source, at, style)
  }
  return [...offsets, at]
}

/** Number of characters before the first character of the value. */
function headWidth(source: string, start: number, style: string): number {
  if (style.startsWith('QUOTE')) return 1
  if (style.startsWith('BLOCK')) return source.indexOf('\n', start) + 1 - start
  return 0
}

/** Number of characters that represent the blank at an offset; 0 without one. Double quotes may escape it. */
function blankWidth(source: string, at: number, style: string): number {
  if (/\s/.test(source[at] ?? '')) return 1
  if (style !== 'QUOTE_DOUBLE' || source[at] !== '\\') return 0
  return /[ntrvf_NLP\s]/.test(source[at + 1] ?? '') ? 2 : 0
}

const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

/** Number of characters that represent the character at an offset. */
function charWidth(source: string, at: number, style: string): number {
  if (style === 'QUOTE_DOUBLE' && source[at] === '\\') return ESCAPE_DIGITS[source[at + 1] ?? ''] ?? 2
  return style === 'QUOTE_SINGLE' && source.startsWith("''", at) ? 2 : 1
}
