/** The spec of a running process for its console: files in a folder, which the process reloads. */
import { openEditableFolder } from '../../spec-editing/spec-folder.ts'
import type { EditableSpec } from '../../spec-editing/types.ts'
import type { CommandContext } from '../command.ts'
import { specFolder } from '../load-spec.ts'
import type { SpecReloader } from './spec-reloader.ts'

export function createEditableSpec(context: CommandContext, reloader: SpecReloader, strict: boolean): EditableSpec {
  const { functions, rules, bases, openConformance } = context.app
  const folder = specFolder(context)
  return {
    ...openEditableFolder(folder),
    ...{ functions, rules, bases, strict },
    reload: async (options) => {
      await reloader.reload(options)
      return reloader.problem()
    },
    ...(openConformance && {
      runCases: async (spec, files) => {
        // Imported on first use: no delivery needs the kit.
        const { runChangedSpec } = await import('../commands/test/run-changed-spec.ts')
        return runChangedSpec(context, { folder, spec, files })
      },
    }),
  }
}
