/** What a part found, as tables for people or as JSON. */

export type Row = Readonly<Record<string, string | number>>

export interface Table {
  readonly title: string
  /** Every row has the same columns, in the order they are shown. */
  readonly rows: readonly Row[]
  /** What must be known to read it. */
  readonly notes?: readonly string[]
}

export function render({ title, rows, notes = [] }: Table): string {
  const columns = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => columns.map((column) => shown(row[column])))
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

/** Three digits that count are all a measurement is worth. */
function shown(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  if (Number.isInteger(value)) return value.toLocaleString('en')
  const digits = Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))))
  return value.toFixed(digits)
}
