/** Refuses a replay that a running process would deliver by an older spec: it would fail as before. */
import { stat } from 'node:fs/promises'
import { formatTime } from '../../../lib/format.ts'
import { processName } from '../../../lib/process-identity.ts'
import type { Store } from '../../../ports/store.ts'
import { readRunningSpec, runningProcesses } from '../../../running-spec/running-spec.ts'
import { hashSpec } from '../../../spec/hash-spec.ts'
import type { SourceFile } from '../../../spec/source-file.ts'
import { systemSelf } from '../../../system.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES } from '../../errors.ts'
import { specFolder } from '../../load-spec.ts'

/** Throws a `CliError` that names the process. A process that has exited delivers nothing. */
export async function assertSpecIsRunning(
  store: Pick<Store, 'readCheckpoint'>,
  context: CommandContext,
): Promise<void> {
  const spec = await readRunningSpec(store)
  const running = spec === undefined ? [] : runningProcesses(spec, systemSelf, context.io.clock.now())
  if (running.length === 0) return
  const folder = specFolder(context)
  const { files } = await context.load.spec(folder, context.app, { checkOnly: true })
  const hash = hashSpec(files)
  const outdated = running.find((one) => one.hash !== hash)
  if (outdated === undefined) return
  const changed = await newestChange(folder, files)
  throw new CliError(
    EXIT_CODES.failed,
    `process ${processName(outdated.id, systemSelf.id)} delivers with the spec that it loaded at ${formatTime(outdated.since)} (${outdated.hash}), and the spec is now ${hash}${changed === undefined ? '' : `, changed at ${formatTime(changed)}`}: restart the process first, or replay with --force`,
  )
}

/** Milliseconds since 1970. */
async function newestChange(folder: URL, files: readonly SourceFile[]): Promise<number | undefined> {
  const times = await Promise.all(
    files.map(({ path }) =>
      stat(new URL(path, folder)).then(
        ({ mtimeMs }) => [mtimeMs],
        () => [],
      ),
    ),
  )
  const known = times.flat()
  return known.length === 0 ? undefined : Math.max(...known)
}
