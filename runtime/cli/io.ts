/** The streams, environment and effects that commands may use. Tests pass their own. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { styleText } from 'node:util'
import type { Clock, Fetch, Random } from '../ports/effects.ts'

export interface Output {
  write(text: string): unknown
  /** Whether it is a terminal. */
  readonly isTTY: boolean
  readonly columns: number
}

export interface ProcessIo {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * From now on no reader of the output ends or holds up the process. What cannot be written is dropped, and
   * `onRecovery` is told how many lines when the log can be written again. Returns the number of all so far.
   */
  detachOutput(onRecovery: (lines: number) => void): () => number
  /** The working directory, which holds `.env` and the default store. */
  readonly cwd: string
  readonly clock: Clock
  readonly fetch: Fetch
  readonly random: Random
  /** Starts this program with other arguments and settings. Absent: there is none to start. */
  startSelf?(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcessWithoutNullStreams
  /** Calls `listener` on SIGHUP, which ends the process otherwise. */
  onHangUp(listener: () => void): void
  /** Aborts on SIGINT or SIGTERM. */
  readonly signal: AbortSignal
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
export type Painter = (style: Style, text: string) => string

/** True on a terminal, unless `NO_COLOR` (no-color.org) or `FORCE_COLOR` says otherwise. */
export function wantsColor(output: Output, env: ProcessIo['env']): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return output.isTTY && env.TERM !== 'dumb'
}

export function createPainter(color: boolean): Painter {
  // `wantsColor` has decided; without the option Node checks its own streams again.
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
}
