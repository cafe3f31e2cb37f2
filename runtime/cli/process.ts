/** A Node process as `ProcessIo`: the one place where signals and pipes are turned into values. */
import type { WriteStream } from 'node:tty'
import { systemClock, systemFetch, systemRandom } from '../system.ts'
import type { Output, ProcessIo } from './io.ts'

type NodeProcess = typeof globalThis.process

export function processIo(process: NodeProcess): ProcessIo {
  let signal: AbortSignal | undefined
  return {
    stdout: outputOf(process.stdout, process),
    stderr: outputOf(process.stderr, process),
    // Only touched when it is read: an open stdin keeps a process alive.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    fetch: systemFetch,
    random: systemRandom,
    // A command that never asks for it is ended by its first Ctrl-C, as everything is.
    get signal() {
      signal ??= stopSignal(process)
      return signal
    },
  }
}

/** The first SIGINT or SIGTERM aborts it; a second one ends the process at once. */
function stopSignal(process: NodeProcess): AbortSignal {
  const stop = new AbortController()
  const onSignal = () => (stop.signal.aborted ? process.exit(1) : stop.abort())
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return stop.signal
}

function outputOf(stream: WriteStream, process: NodeProcess): Output {
  // `connector trace ID | head` closes the pipe under us: that is no error.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  return {
    write: (text) => stream.write(text),
    isTTY: stream.isTTY === true,
    // Asked for each time, since a window may be resized.
    get columns() {
      return stream.columns || 80 // 0 where a terminal does not tell
    },
  }
}
