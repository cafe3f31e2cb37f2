/** Programs as text in a module, and as that module gives them back. */

import { indent, NotCompilable } from './emit/compilation-unit.ts'
import { literal } from './emit/literal.ts'
import type { Reason } from './not-compilable.ts'
import type { Factory, Source } from './program.ts'

/** One expression of a module. The text is what finds it again: all else that decides its code is the module's. */
export type SerializedProgram =
  | (Omit<Source, 'source'> & { readonly text: string; readonly factory: Factory })
  | { readonly text: string; readonly refused: Reason; readonly position?: number }

/** By text. */
export type SerializedPrograms = ReadonlyMap<string, SerializedProgram>

export const programsOf = (written: readonly SerializedProgram[]): SerializedPrograms =>
  new Map(written.map((each) => [each.text, each]))

/** A `WrittenProgram` as JavaScript source: an object literal. */
export function serializeProgram(text: string, made: Source | NotCompilable): string {
  if (made instanceof NotCompilable) {
    const position = made.position === undefined ? '' : `, position: ${literal(made.position)}`
    return `{ text: ${literal(text)}, refused: ${literal(made.reason)}${position} }`
  }
  const { source, remembers, levels } = made
  const members = [`text: ${literal(text)}`, `remembers: ${remembers}`, `levels: ${levels}`, `factory: ${source}`]
  return `{\n  ${indent(members.join(',\n'))},\n}`
}
