/** Diagnostics for the terminal, for GitHub's annotations and for code scanners. */
import { plural } from '../../lib/format.ts'
import type { Json } from '../../ports/types.ts'
import { type Diagnostic, renderDiagnostic, renderHeadline } from '../../spec/diagnostic.ts'

export type DiagnosticFormat = 'text' | 'json' | 'github' | 'sarif'

export const DIAGNOSTIC_FORMATS: readonly DiagnosticFormat[] = ['text', 'json', 'github', 'sarif']

export interface DiagnosticCounts {
  readonly errors: number
  readonly warnings: number
}

export function countDiagnostics(diagnostics: readonly Diagnostic[]): DiagnosticCounts {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  return { errors, warnings: diagnostics.length - errors }
}

/** `2 errors and 1 warning`; `no problems`. */
export function formatCounts({ errors, warnings }: DiagnosticCounts): string {
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ]
  return counts.length === 0 ? 'no problems' : counts.join(' and ')
}

export interface TextOptions {
  readonly color: boolean
  /** Of the terminal, in characters. */
  readonly columns?: number
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[], { color, columns }: TextOptions): string {
  return diagnostics.map((each) => `${renderDiagnostic(each, color, columns)}\n\n`).join('')
}

/** One line each: `path:line:column: severity: message [code]`. */
export function formatShort(diagnostics: readonly Diagnostic[], max: number): readonly string[] {
  const lines = diagnostics.slice(0, max).map((each) => renderHeadline(each))
  const more = diagnostics.length - lines.length
  return more > 0 ? [...lines, `and ${more} more`] : lines
}

/** Workflow commands that annotate a pull request: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function formatForGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ file, span, severity, message, code, help }) => {
      const { line, column } = file.position(span[0])
      const end = file.position(span[1])
      const place = { file: file.path, line, col: column, endLine: end.line, endColumn: end.column, title: code }
      const properties = Object.entries(place).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
      return `::${severity} ${properties.join(',')}::${escapeData(withHelp(message, help))}\n`
    })
    .join('')
}

const withHelp = (message: string, help: string | undefined) =>
  help === undefined ? message : `${message}. Help: ${help}`

const escapeData = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

const SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/** SARIF 2.1.0, as code scanners read it. Columns count UTF-16 units. */
export function toSarif(
  diagnostics: readonly Diagnostic[],
  tool: { readonly name: string; readonly version: string },
): Json {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].sort().map((id) => ({ id }))
  const results = diagnostics.map(({ file, span, severity, message, code, help }) => {
    const [start, end] = [file.position(span[0]), file.position(span[1])]
    const region = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }
    const location = { artifactLocation: { uri: encodeURI(file.path) }, region }
    return {
      ruleId: code,
      level: severity,
      message: { text: withHelp(message, help) },
      locations: [{ physicalLocation: location }],
    }
  })
  const driver = { name: tool.name, version: tool.version, rules }
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  }
}
