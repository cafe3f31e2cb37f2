/** Everything a command may touch of the process it runs in. Tests pass their own. */
import { styleText } from 'node:util'
import type { Clock, Fetch, Random } from '../ports/effects.ts'

export interface Output {
  write(text: string): unknown
  /** A person is looking. */
  readonly isTTY: boolean
  readonly columns: number
}

export interface ProcessIo {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working directory: where `.env` and the default store are. */
  readonly cwd: string
  readonly clock: Clock
  readonly fetch: Fetch
  readonly random: Random
  /** Aborts when the person or the machine asks us to stop. */
  readonly signal: AbortSignal
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
export type Painter = (style: Style, text: string) => string

/** Colour on a terminal, unless `NO_COLOR` (no-color.org) says no or `FORCE_COLOR` says yes or 0. */
export function wantsColor(output: Output, env: ProcessIo['env']): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return output.isTTY && env.TERM !== 'dumb'
}

export function painter(color: boolean): Painter {
  // Whether to colour is decided above; Node's own look at its streams must not decide again.
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
}
