/** Two values as lines of a diff: `- expected`, `+ seen`. */
import type { Json } from '../../ports/types.ts'
import { alignLists } from '../compare/align.ts'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
export type Paint = (style: Style, text: string) => string

export interface LineOptions {
  readonly paint: Paint
  /** Width of a line, in characters. */
  readonly width: number
}

/** Longer objects and lists are shown with the lines around a difference only. */
const CONTEXT_LINES = 2

export function diffLines(
  expected: Json | undefined,
  actual: Json | undefined,
  { paint, width }: LineOptions,
): readonly string[] {
  const isNested = [expected, actual].every((value) => typeof value === 'object' && value !== null)
  if (!isNested) {
    const [from, to] = excerpt(toText(expected), toText(actual), width - 2)
    return [paint('red', `- ${from}`), paint('green', `+ ${to}`)]
  }
  const lines = (value: Json | undefined) =>
    JSON.stringify(value, null, 2)
      .split('\n')
      .map((text) => ({ text }))
  const rows = alignLists(lines(expected), lines(actual), (a, b) => (a.text === b.text ? 0 : 3)).flatMap(([a, b]) => {
    if (a !== undefined && a.text === b?.text) return [{ sign: ' ', text: a.text }]
    return [...(a ? [{ sign: '-', text: a.text }] : []), ...(b ? [{ sign: '+', text: b.text }] : [])]
  })
  const isNear = (at: number) =>
    rows.slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1).some(({ sign }) => sign !== ' ')
  return rows.flatMap(({ sign, text }, at) => {
    if (!isNear(at)) return isNear(at - 1) && at > 0 ? [paint('dim', '  …')] : []
    const line = cut(`${sign} ${text}`, width)
    return [sign === '-' ? paint('red', line) : sign === '+' ? paint('green', line) : paint('dim', line)]
  })
}

/** So that "5" and 5 look different. */
const toText = (value: Json | undefined): string =>
  value === undefined ? '(absent)' : escapeControls(JSON.stringify(value))

/** A value of a record must not move the cursor of a terminal or turn its text around. */
export const escapeControls = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

/** Of two long texts the parts around their first difference. */
function excerpt(from: string, to: string, width: number): readonly [string, string] {
  if (Math.max(from.length, to.length) <= width) return [from, to]
  let same = 0
  while (same < from.length && from[same] === to[same]) same++
  const start = Math.max(0, same - Math.floor(width / 3))
  const part = (text: string) => {
    const rest = start > 0 ? `…${text.slice(start + 1)}` : text
    return cut(rest, width)
  }
  return [part(from), part(to)]
}

export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`
