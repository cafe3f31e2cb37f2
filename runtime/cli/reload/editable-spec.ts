/** The spec of a running process for its console: files in a folder, which the process reloads. */
import { processName } from '../../lib/process-identity.ts'
import type { Store } from '../../ports/store.ts'
import { readRunningSpec, runningProcesses } from '../../running-spec/running-spec.ts'
import { openEditableFolder } from '../../spec-editing/spec-folder.ts'
import type { EditableSpec } from '../../spec-editing/types.ts'
import { systemSelf } from '../../system.ts'
import type { CommandContext } from '../command.ts'
import { specFolder } from '../load-spec.ts'
import { DEFAULT_PROGRAM } from '../program-name.ts'
import type { SpecReloader } from './spec-reloader.ts'

export interface EditableSpecParts {
  readonly reloader: SpecReloader
  readonly store: Pick<Store, 'readCheckpoint'>
  readonly strict: boolean
}

const ownFolderHint = ({ program = DEFAULT_PROGRAM }: CommandContext['app']): string =>
  `To change it here, make a folder that extends it by "${program} init my-spec", and start with CONNECTOR_SPEC=my-spec.`

export function createEditableSpec(
  context: CommandContext,
  { reloader, store, strict }: EditableSpecParts,
): EditableSpec {
  const { functions, rules, bases, openConformance } = context.app
  const folder = specFolder(context)
  const editable = openEditableFolder(folder)
  return {
    ...editable,
    readOnlyReason: async () => {
      const reason = await editable.readOnlyReason?.()
      return reason === undefined || folder.href !== context.app.specFolder.href
        ? reason
        : `${reason} ${ownFolderHint(context.app)}`
    },
    ...{ functions, rules, bases, strict },
    reload: async (options) => {
      await reloader.reload(options)
      return reloader.problem()
    },
    processes: async () => {
      const running = await readRunningSpec(store)
      const found = running === undefined ? [] : runningProcesses(running, systemSelf, context.io.clock.now())
      return found.map(({ id, hash, since }) => ({
        name: processName(id, ''),
        isThis: id === systemSelf.id,
        ...{ hash, since },
      }))
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
