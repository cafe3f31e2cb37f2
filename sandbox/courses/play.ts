/** Plays a course in a workspace. */
import type { Workspace } from '../data/workspace.ts'
import type { Course, Step } from './course.ts'
import type { Notice, Stage } from './stage.ts'

export interface PlayParts {
  readonly workspace: Workspace
  /** Milliseconds since 1970: when the course begins, in its own time. */
  readonly begin: number
  /** Resolves after the first attempt to deliver the notice. */
  readonly send: (notice: Notice) => Promise<void>
  /** Lets time pass until this moment of the course, milliseconds since 1970. */
  readonly until: (time: number) => Promise<void>
  /** Milliseconds. Longer waits are cut to it, for a person who watches. Default: none are. */
  readonly longestWait?: number | undefined
  /** Called before each step. */
  readonly onStep?: ((step: Step, index: number) => Promise<void> | void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Returns after the last step, or early when the signal aborts. */
export async function playCourse({ steps }: Course, parts: PlayParts): Promise<void> {
  const { workspace, begin, send, until, onStep, signal, longestWait = Number.POSITIVE_INFINITY } = parts
  let time = begin
  const stage: Stage = {
    workspace,
    now: () => Math.floor(time / 1000),
    async wait(ms) {
      time += Math.min(ms, longestWait)
      await until(time)
    },
    send,
    cast: { contacts: new Map(), conversations: new Map(), tickets: new Map() },
  }
  for (const [index, step] of steps.entries()) {
    if (signal?.aborted) return
    await onStep?.(step, index)
    await step.play(stage)
  }
}
