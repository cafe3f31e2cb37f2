/** Adapts a Node process to `ProcessIo`, including signals and broken pipes. */
import { spawn } from 'node:child_process'
import { systemClock, systemFetch, systemRandom } from '../system.ts'
import type { ProcessIo } from './io.ts'
import { DetachableOutput } from './output/detachable-output.ts'

type NodeProcess = typeof globalThis.process

export function createProcessIo(process: NodeProcess): ProcessIo {
  let signal: AbortSignal | undefined
  // `connector trace ID | head` closes the pipe early, which is no error.
  const end = () => process.exit(0)
  const stdout = new DetachableOutput(process.stdout, end)
  const stderr = new DetachableOutput(process.stderr, end)
  return {
    stdout,
    stderr,
    detachOutput(onRecovery) {
      stdout.detach(() => undefined)
      stderr.detach(onRecovery)
      return () => stdout.dropped + stderr.dropped
    },
    // A getter, since touching stdin keeps the process alive.
    get stdin() {
      return process.stdin
    },
    startSelf: (args, env) =>
      spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
        env: { ...process.env, ...env },
        stdio: 'pipe',
      }),
    onHangUp: (listener) => void process.on('SIGHUP', listener),
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
