/** The value at a place of a YAML text that is being typed, and may not parse. */
import { type Document, isMap, isPair, isScalar, isSeq, type ParsedNode, parseDocument, type Scalar, visit } from 'yaml'
import type { Path } from '../../spec/yaml.ts'

/** A text in the file, cut in two at the place. */
export interface TypedText {
  /** Keys and list positions that lead to it. */
  readonly path: Path
  /** Whether it is a key of the map at the path. */
  readonly isKey: boolean
  readonly before: string
  readonly after: string
}

/** Stands at the place while the text is parsed: of letters only, so that it fits wherever a name does. */
const MARK = 'zZeditorCursorZz'

const parse = (text: string): Document.Parsed =>
  parseDocument(text, { prettyErrors: false, stringKeys: true, logLevel: 'silent' })

/** Undefined in a comment, and where no text stands. */
export function findTypedText(text: string, offset: number): TypedText | undefined {
  const marked = `${text.slice(0, offset)}${MARK}${text.slice(offset)}`
  const document = parse(marked)
  const found = findMark(document)
  // A quote that is not closed further up holds all that follows.
  const isLost = found === undefined || (document.errors.length > 0 && startsAbove(found.scalar, marked))
  const isolated = isLost ? findMark(parse(isolate(marked))) : undefined
  return (isolated ?? found)?.typed
}

interface MarkedText {
  readonly typed: TypedText
  readonly scalar: Scalar
}

function findMark(document: Document.Parsed): MarkedText | undefined {
  let found: MarkedText | undefined
  visit(document, {
    Scalar(key, scalar, ancestors) {
      const { value } = scalar
      const at = typeof value === 'string' ? value.indexOf(MARK) : -1
      if (typeof value !== 'string' || at < 0) return undefined
      const [before, after] = [value.slice(0, at), value.slice(at + MARK.length)]
      const isKey = key === 'key'
      found = {
        typed: { path: pathOf(isKey ? ancestors.slice(0, -1) : ancestors, scalar), isKey, before, after },
        scalar,
      }
      return visit.BREAK
    },
  })
  return found
}

function pathOf(ancestors: readonly unknown[], scalar: unknown): Path {
  const chain = [...ancestors, scalar]
  return ancestors.flatMap((ancestor, index): Path => {
    if (isSeq(ancestor)) return [ancestor.items.indexOf(chain[index + 1] as ParsedNode)]
    if (isPair(ancestor) && isScalar(ancestor.key)) return [String(ancestor.key.value)]
    return []
  })
}

function startsAbove({ range, type }: Scalar, marked: string): boolean {
  if (!type?.startsWith('QUOTE') || !range) return false
  return marked.slice(range[0], marked.indexOf(MARK)).includes('\n')
}

const indentOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0

/** The line of the mark with the keys around it: what remains true, whatever is wrong elsewhere. */
function isolate(marked: string): string {
  const lines = marked.split(/\r?\n/)
  const at = lines.findIndex((line) => line.includes(MARK))
  const kept = [lines[at] ?? '']
  let indent = indentOf(kept[0] ?? '')
  for (let above = at - 1; above >= 0 && indent > 0; above--) {
    const line = lines[above] ?? ''
    const [key] = /^\s*(?:- +)?[^\s#][^:]*:(?=\s|$)(?:\s*[|>][-+\d]*)?/.exec(line) ?? []
    if (key === undefined || indentOf(line) >= indent) continue
    kept.unshift(key)
    indent = indentOf(line)
  }
  return kept.join('\n')
}

const KEY = /^(\s*(?:- +)?[^\s#][^:]*:\s+)/

/** The rest of a line after its key, as it stands: where a colon or quotes in the text end the value for YAML. */
export function findRestOfLine(text: string, offset: number): TypedText | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const [line = ''] = /^[^\r\n]*/.exec(text.slice(start)) ?? []
  const [key = line] = KEY.exec(line) ?? []
  const [valueStart, end] = [start + key.length, start + line.length]
  if (offset < valueStart || /\s#/.test(text.slice(start, offset))) return undefined
  const typed = findTypedText(text.slice(0, valueStart) + text.slice(end), valueStart)
  return typed && { ...typed, before: text.slice(valueStart, offset), after: text.slice(offset, end) }
}

/** The document as plain data, as far as it can be read; never throws. */
export function readLeniently(text: string): Readonly<Record<string, unknown>> {
  try {
    const document = parse(text)
    const value: unknown = isMap(document.contents) ? document.toJS({ maxAliasCount: 100 }) : undefined
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
