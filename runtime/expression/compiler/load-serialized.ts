/** Loads a program from the module that `serialize.ts` wrote. */
import { NotCompilable } from './not-compilable.ts'
import type { NotCompilableReason } from './not-compilable-help.ts'
import { loadProgram, type Program, type ProgramFactory, type ProgramSource } from './program.ts'
import type { Limits } from './runtime/limits.ts'

/** One expression of a module, which records the version and the functions that its code depends on. */
export type SerializedProgram =
  | (Partial<Pick<ProgramSource, 'tracksSequences' | 'returnsInput'>> &
      Pick<ProgramSource, 'levels'> & { readonly text: string; readonly factory: ProgramFactory })
  | { readonly text: string; readonly reason: NotCompilableReason; readonly position?: number }

export function loadSerialized(program: SerializedProgram, limits: Limits): Program | NotCompilable {
  if ('reason' in program) return new NotCompilable(program.reason, program)
  const { factory, tracksSequences = false, returnsInput = false, levels } = program
  return { evaluate: loadProgram(factory, { tracksSequences, returnsInput, levels }, limits) }
}
