/** What is wrong with a spec, where, and what to write instead. */
import { styleText } from 'node:util'
import type { JsonObject } from '../ports/types.ts'
import type { SourceFile } from './source-file.ts'

export interface Diagnostic {
  /** Stable and documented, e.g. `expression/S0202`. Never reused for another meaning. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** One sentence, with the offending word quoted. */
  readonly message: string
  /** What to write instead, where that is known. */
  readonly help?: string
  readonly file: SourceFile
  /** Offsets into the file's text; line and column are worked out only when printed. */
  readonly span: readonly [start: number, end: number]
}

type Style = 'red' | 'yellow' | 'bold' | 'dim' | 'cyan'

/**
 * Prints one diagnostic as compilers do: place, complaint, the line, a caret.
 *
 * Editors read the first line alone, so it is always `path:line:column: severity: message [code]`.
 */
export function render(diagnostic: Diagnostic, color = false): string {
  const { file, span, severity, message, code, help } = diagnostic
  const paint = (style: Style, text: string) => (color ? styleText(style, text) : text)
  const tint = severity === 'error' ? 'red' : 'yellow'
  const { line, column } = file.position(span[0])
  // Of a line too long to be read, the part that is meant.
  const from = column > WIDEST ? column - WIDEST / 2 : 0
  const margin = ' '.repeat(String(line).length)
  return [
    `${file.place(span[0])}: ${paint(tint, severity)}: ${paint('bold', message)} [${code}]`,
    `${paint('dim', `${margin} |`)}`,
    `${paint('dim', `${line} |`)} ${file.line(line).slice(from, from + WIDEST)}`,
    `${paint('dim', `${margin} |`)} ${paint(tint, caret(diagnostic).slice(from, from + WIDEST))}`,
    ...(help === undefined ? [] : [`${paint('dim', `${margin} =`)} ${paint('cyan', 'help')}: ${help}`]),
  ]
    .map((text) => text.trimEnd())
    .join('\n')
}

/** Characters of a line that are shown. */
const WIDEST = 240

/** `^~~~` under the span, or under what of it lies on the first line. Tabs before it are kept, so that it lines up. */
function caret({ file, span: [start, end] }: Diagnostic): string {
  const { line, column } = file.position(start)
  const text = file.line(line)
  const width = Math.max(1, Math.min(end - start, text.length - column + 1))
  return `${text.slice(0, column - 1).replace(/[^\t]/g, ' ')}^${'~'.repeat(width - 1)}`
}

/** For `--json`: the same, with line and column. */
export function toJson({ file, span, ...rest }: Diagnostic): JsonObject {
  const [start, end] = span
  return { ...rest, file: file.path, ...file.position(start), end: { ...file.position(end) } }
}

/** In the order of the files and their text. The same thing said twice is said once. */
export function sortAndDedupe(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ file, span, code, message }: Diagnostic) => [file.path, span[0], code, message].join('\n')
  const unique = [...new Map(diagnostics.map((each) => [key(each), each])).values()]
  return unique.sort((a, b) => compare(a.file.path, b.file.path) || a.span[0] - b.span[0])
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
