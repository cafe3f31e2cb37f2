/** A YAML file and the way from a value in it to its place in the text. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import { offsets } from './scalar-offsets.ts'
import type { SourceFile } from './source-file.ts'
import { aliasFault, encodingDiagnostic, word, yamlDiagnostics } from './yaml-errors.ts'

export type Path = readonly (string | number)[]
export type Span = readonly [start: number, end: number]

/** A text in a file, and where each of its characters stands. */
export interface PlacedText {
  readonly value: string
  /** Offset in the file of an offset in the value. */
  at(offset: number): number
}

export class YamlFile {
  readonly file: SourceFile
  /** As plain data, aliases resolved. */
  readonly value: unknown
  readonly errors: readonly Diagnostic[]
  readonly #document: Document

  constructor(file: SourceFile) {
    this.file = file
    const lost = encodingDiagnostic(file)
    // At level "silent" it would say nothing of a second document in the file.
    const options = { prettyErrors: false, stringKeys: true, logLevel: 'error' } as const
    const document = parseDocument(lost ? '' : file.text, options)
    this.#document = document
    const errors = lost ? [lost] : yamlDiagnostics(document, file)
    try {
      this.value = errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
    } catch {
      errors.push(aliasFault(document, file))
    }
    this.errors = errors
    if (isCircular(this.value)) {
      const message = 'an alias stands within what it stands for'
      this.errors = [{ code: 'yaml/circular', severity: 'error', message, file, span: word(file.text, 0) }]
    }
  }

  /** The place of a value; of the nearest thing round it if there is none. */
  span(path: Path): Span {
    for (let length = path.length; length > 0; length--) {
      const node = this.#node(path.slice(0, length))
      if (node?.range) return [node.range[0], Math.max(node.range[0] + 1, node.range[1])]
      const key = this.#pair(path.slice(0, length))
      if (key) return this.keySpan(path.slice(0, length))
    }
    return word(this.file.text, 0)
  }

  /** The place of a key, or of the item in a list. */
  keySpan(path: Path): Span {
    const key = this.#pair(path)?.key
    if (isNode(key) && key.range) return [key.range[0], key.range[1]]
    return path.length === 0 ? word(this.file.text, 0) : this.span(path)
  }

  /** The text at a path. */
  text(path: Path): PlacedText {
    const node = this.#node(path)
    const value = isScalar(node) && typeof node.value === 'string' ? node.value : ''
    if (!isScalar(node) || !node.range) return { value, at: () => this.span(path)[0] }
    const [start] = node.range
    let map: readonly number[] | undefined
    return {
      value,
      at: (offset) => {
        // Each expression is asked where it begins, few for more.
        if (offset === 0 && node.type === 'PLAIN') return start
        map ??= offsets(this.file.text, start, value, node.type ?? 'PLAIN')
        return map[Math.min(offset, map.length - 1)] ?? start
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

/** Nothing that reads the value by going down in it would come to an end. */
function isCircular(value: unknown, above: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null) return false
  const here = new Set(above).add(value)
  return above.has(value) || Object.values(value).some((inner) => isCircular(inner, here))
}
