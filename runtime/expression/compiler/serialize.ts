/** Writes programs as module source, to be loaded without generating code at run time. */
import { indent } from './emit/compilation-unit.ts'
import { toLiteral } from './emit/literal.ts'
import { NotCompilable } from './not-compilable.ts'
import type { ProgramSource } from './program.ts'

/** The members of a `SerializedProgram`, each as source. */
export function serializeProgram(text: string, result: ProgramSource | NotCompilable): readonly string[] {
  if (result instanceof NotCompilable) {
    const position = result.position === undefined ? [] : [`position: ${toLiteral(result.position)}`]
    return [`text: ${toLiteral(text)}`, `reason: ${toLiteral(result.reason)}`, ...position]
  }
  const { source, tracksSequences, returnsInput, levels } = result
  return [
    `text: ${toLiteral(text)}`,
    ...(tracksSequences ? ['tracksSequences: true'] : []),
    ...(returnsInput ? ['returnsInput: true'] : []),
    `levels: ${levels}`,
    `factory: ${source}`,
  ]
}

/** An object literal of members. */
export const toObjectLiteral = (members: readonly string[]): string => `{\n  ${indent(members.join(',\n'))},\n}`
