/** Diagnostics of a spec: the error, its place, and the correction. */
import { styleText } from 'node:util'
import { compareTexts } from '../lib/text/compare-texts.ts'
import type { JsonObject } from '../ports/types.ts'
import type { SourceFile } from './source-file.ts'

export interface Diagnostic {
  /** Stable and documented, e.g. `expression/S0202`. Never reused for another meaning. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** One sentence, with the offending word quoted. */
  readonly message: string
  /** The correction, where known. */
  readonly help?: string
  readonly file: SourceFile
  /** Offsets into the file's text; only printing computes line and column. */
  readonly span: readonly [start: number, end: number]
}

export type DiagnosticText = Pick<Diagnostic, 'code' | 'message' | 'help'>

type Style = 'red' | 'yellow' | 'bold' | 'dim' | 'cyan'

/**
 * Prints one diagnostic as compilers do: place, message, source line, caret.
 *
 * Editors parse only the first line, so it is always `path:line:column: severity: message [code]`. `columns`: of the
 * terminal, in which the caret must stay under its line.
 */
export function renderDiagnostic(diagnostic: Diagnostic, color = false, columns = Number.POSITIVE_INFINITY): string {
  const { file, span, help } = diagnostic
  const paint = createPaint(color)
  const tint = tintOf(diagnostic)
  const { line, column } = file.position(span[0])
  const margin = ' '.repeat(String(line).length)
  const width = Math.max(MIN_LINE_WIDTH, Math.min(MAX_LINE_WIDTH, columns - margin.length - ' | '.length))
  // Shows an excerpt of a line that is too long.
  const from = column > width - MIN_LINE_WIDTH / 2 ? Math.max(0, column - Math.floor(width / 2)) : 0
  return [
    renderHeadline(diagnostic, color),
    `${paint('dim', `${margin} |`)}`,
    `${paint('dim', `${line} |`)} ${file.line(line).slice(from, from + width)}`,
    `${paint('dim', `${margin} |`)} ${paint(tint, renderCaret(diagnostic).slice(from, from + width))}`,
    ...(help === undefined ? [] : [`${paint('dim', `${margin} =`)} ${paint('cyan', 'help')}: ${help}`]),
  ]
    .map((text) => text.trimEnd())
    .join('\n')
}

/** The first line alone. */
export function renderHeadline(diagnostic: Diagnostic, color = false): string {
  const { file, span, severity, message, code } = diagnostic
  const paint = createPaint(color)
  return `${file.place(span[0])}: ${paint(tintOf(diagnostic), severity)}: ${paint('bold', message)} [${code}]`
}

const createPaint = (color: boolean) => (style: Style, text: string) => (color ? styleText(style, text) : text)

const tintOf = ({ severity }: Diagnostic): Style => (severity === 'error' ? 'red' : 'yellow')

const MAX_LINE_WIDTH = 240
const MIN_LINE_WIDTH = 30

/** `^~~~` under the part of the span on its first line. Preceding tabs stay, which keeps it aligned. */
function renderCaret({ file, span: [start, end] }: Diagnostic): string {
  const { line, column } = file.position(start)
  const text = file.line(line)
  const width = Math.max(1, Math.min(end - start, text.length - column + 1))
  return `${text.slice(0, column - 1).replace(/[^\t]/g, ' ')}^${'~'.repeat(width - 1)}`
}

/** For `--json`: with line and column. */
export function diagnosticToJson({ file, span, ...rest }: Diagnostic): JsonObject {
  const [start, end] = span
  return { ...rest, file: file.path, ...file.position(start), end: { ...file.position(end) } }
}

/** Sorts by file and place, and drops repetitions. */
export function sortAndDedupe(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ file, span, code, message }: Diagnostic) => [file.path, span[0], code, message].join('\n')
  const unique = [...new Map(diagnostics.map((each) => [key(each), each])).values()]
  return unique.sort((a, b) => compareTexts(a.file.path, b.file.path) || a.span[0] - b.span[0])
}
