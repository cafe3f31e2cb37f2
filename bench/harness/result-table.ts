/** Results of a benchmark as a table, printed as text or JSON. */

export type ResultRow = Readonly<Record<string, string | number>>

export interface ResultTable {
  readonly title: string
  /** Every row has the same columns in the same order. */
  readonly rows: readonly ResultRow[]
  /** Conditions of the measurement. */
  readonly notes?: readonly string[]
}

export function renderTable({ title, rows, notes = [] }: ResultTable): string {
  const columns = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => columns.map((column) => formatCell(row[column])))
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((line) => line[i]?.length ?? 0)))
  const align = (line: readonly string[]) =>
    line
      .map((cell, i) =>
        typeof rows[0]?.[columns[i] ?? ''] === 'number' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [
    '',
    title,
    align(columns),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.map(align),
    ...notes,
  ].join('\n')
}

/** Rounds to three significant digits; a measurement carries no more. */
function formatCell(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  if (Number.isInteger(value)) return value.toLocaleString('en')
  const digits = Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))))
  return value.toFixed(digits)
}
