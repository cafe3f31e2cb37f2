/** The changed text of a file, as a form sends it. */
import { createHash } from 'node:crypto'
import type { FileChange } from '../../../spec-editing/types.ts'
import type { PageContext } from '../../types.ts'

export interface Draft {
  readonly path: string
  /** With `\n` at the ends of lines. */
  readonly text: string
  /** What the form was opened on: `tokenOf` its text. */
  readonly opened: string
  /** Of the cursor, from 1. */
  readonly line: number | undefined
}

/** A browser sends `\r\n`. */
const withPlainLineEnds = (text: string): string => text.replace(/\r\n?/g, '\n')

export function readDraft({ form }: Pick<PageContext, 'form'>): Draft {
  return {
    path: form.get('name') ?? '',
    text: withPlainLineEnds(form.get('text') ?? ''),
    opened: form.get('opened') ?? '',
    line: parseLine(form.get('line')),
  }
}

export function parseLine(text: string | null): number | undefined {
  const line = Number.parseInt(text ?? '', 10)
  return line > 0 ? line : undefined
}

/** Tells whether a file is still the one that a form was opened on. Empty: there was none. */
export const tokenOf = (text: string | undefined): string =>
  text === undefined ? '' : createHash('sha256').update(text).digest('hex').slice(0, 16)

/** The change of the file as it is now. A file keeps its ends of lines, and the last line gets one. */
export function changeOf({ path, text }: Pick<Draft, 'path' | 'text'>, before: string | undefined): FileChange {
  if (before !== undefined && withPlainLineEnds(before) === text) return { path, before, after: before }
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return { path, before, after: before?.includes('\r\n') ? whole.replaceAll('\n', '\r\n') : whole }
}

/** As the editor and the checker see it: their offsets must agree. */
export const plainChangeOf = ({ path, text }: Pick<Draft, 'path' | 'text'>) => ({ path, after: text })
