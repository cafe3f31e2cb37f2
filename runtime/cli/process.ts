/** Adapts a Node process to `ProcessIo`, including signals and broken pipes. */
import type { WriteStream } from 'node:tty'
import { systemClock, systemFetch, systemRandom } from '../system.ts'
import type { Output, ProcessIo } from './io.ts'

type NodeProcess = typeof globalThis.process

export function createProcessIo(process: NodeProcess): ProcessIo {
  let signal: AbortSignal | undefined
  return {
    stdout: outputOf(process.stdout, process),
    stderr: outputOf(process.stderr, process),
    // A getter, since touching stdin keeps the process alive.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    fetch: systemFetch,
    random: systemRandom,
    // A getter, so that Ctrl-C ends a command that does not listen for it.
    get signal() {
      signal ??= stopSignal(process)
      return signal
    },
  }
}

/** Aborts on the first SIGINT or SIGTERM; the second one exits at once. */
function stopSignal(process: NodeProcess): AbortSignal {
  const stop = new AbortController()
  const onSignal = () => (stop.signal.aborted ? process.exit(1) : stop.abort())
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return stop.signal
}

function outputOf(stream: WriteStream, process: NodeProcess): Output {
  // `connector trace ID | head` closes the pipe early, which is no error.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  return {
    write: (text) => stream.write(text),
    isTTY: stream.isTTY === true,
    // A getter, since a window may be resized.
    get columns() {
      return stream.columns || 80 // 0 on a terminal of unknown width
    },
  }
}
