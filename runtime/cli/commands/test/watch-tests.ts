/** `--watch`: runs again after each change of the spec, the cases and their fixtures. */
import { plural } from '../../../lib/format.ts'
import type { CommandContext } from '../../command.ts'
import { CliError } from '../../errors.ts'
import { readStates } from '../../reload/read-states.ts'
import { watchFiles } from '../../reload/watch-files.ts'
import { toWatched, WatchedFiles } from './run-tests.ts'

/** Between two looks at the files. Milliseconds. */
const WATCH_EVERY = 300

/** Clears the terminal and what it scrolled away, as other watchers do. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H'

/** Runs until the process is to end. An invalid spec or case is told, and the next change is waited for. */
export async function watchTests(
  context: CommandContext,
  run: (watched: WatchedFiles) => Promise<unknown>,
): Promise<void> {
  const { io, note, print } = context
  let watched = new WatchedFiles()
  const runOnce = async () => {
    const next = new WatchedFiles()
    try {
      await run(next)
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      note(`error: ${error.message}`)
    }
    // What an invalid spec could not read is still watched.
    for (const path of watched.others) next.others.add(path)
    if (next.spec.length === 0) next.spec = watched.spec
    watched = next
    note(`\nWatching ${plural(watched.spec.length + watched.others.size, 'file')}. Ctrl-C ends.`)
  }
  await runOnce()
  await watchFiles({
    read: () => readStates(watched.folder ?? context.app.specFolder, toWatched(watched)),
    every: WATCH_EVERY,
    clock: io.clock,
    signal: io.signal,
    onChange: async () => {
      print(io.stdout.isTTY ? CLEAR : '\n')
      await runOnce()
    },
  })
}
