/** Writes programs as module source and loads them from that module, without generating code at run time. */
import { indent } from './emit/compilation-unit.ts'
import { toLiteral } from './emit/literal.ts'
import { NotCompilable, type NotCompilableReason } from './not-compilable.ts'
import { loadProgram, type Program, type ProgramFactory, type ProgramSource } from './program.ts'
import type { ConnectorFunction } from './runtime/functions/connector-functions.ts'
import type { Limits } from './runtime/limits.ts'

/**
 * One expression of a module, found by its text. The module records the version and the functions that its code depends
 * on.
 */
export type SerializedProgram =
  | (Omit<ProgramSource, 'source'> & { readonly text: string; readonly factory: ProgramFactory })
  | { readonly text: string; readonly reason: NotCompilableReason; readonly position?: number }

/** By text. */
export type SerializedPrograms = ReadonlyMap<string, SerializedProgram>

export const indexPrograms = (programs: readonly SerializedProgram[]): SerializedPrograms =>
  new Map(programs.map((program) => [program.text, program]))

/** The source of a `SerializedProgram`: an object literal. */
export function serializeProgram(text: string, result: ProgramSource | NotCompilable): string {
  if (result instanceof NotCompilable) {
    const position = result.position === undefined ? '' : `, position: ${toLiteral(result.position)}`
    return `{ text: ${toLiteral(text)}, reason: ${toLiteral(result.reason)}${position} }`
  }
  const { source, tracksSequences, returnsInput, levels } = result
  const members = [
    `text: ${toLiteral(text)}`,
    `tracksSequences: ${tracksSequences}`,
    `returnsInput: ${returnsInput}`,
    `levels: ${levels}`,
    `factory: ${source}`,
  ]
  return `{\n  ${indent(members.join(',\n'))},\n}`
}

export function deserializeProgram(
  program: SerializedProgram,
  functions: readonly ConnectorFunction[],
  limits: Limits,
): Program | NotCompilable {
  if ('reason' in program) return new NotCompilable(program.reason, program)
  return { evaluate: loadProgram(program.factory, program, functions, limits) }
}
