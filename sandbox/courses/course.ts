/** A course: steps that happen in a workspace one after the other, and the events that Klaviyo holds in the end. */
import type { Person } from './people.ts'
import type { Stage } from './stage.ts'

export interface Step {
  /** What happens, in a few words. */
  readonly text: string
  /** Nothing but time passes. */
  readonly isWait?: true
  /** Milliseconds of the course that it takes. */
  readonly takes: number
  play(stage: Stage): Promise<void>
}

/** By person and metric: the times of the events since the course began, e.g. `0s 1m30s 3d`. */
export type Counts = Partial<Readonly<Record<Person, Readonly<Record<string, string>>>>>

export interface Course {
  /** Unique, in kebab case. */
  readonly name: string
  readonly summary: string
  readonly steps: readonly Step[]
  /** The events in Klaviyo in the end, whichever road they take. */
  readonly counts: Counts
  /** Events among them that one road cannot see, and why. */
  readonly unseen?: { readonly webhook?: Counts; readonly history?: Counts; readonly because: string }
  /** Values in Klaviyo's profiles after live delivery, by e-mail address and path. */
  readonly profiles?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The number of Klaviyo's profiles after live delivery, where it matters. */
  readonly profileCount?: number
}

/** A step from its text and what it does. */
export function step(text: string, play: (stage: Stage) => unknown): Step {
  return {
    text,
    takes: 0,
    play: async (stage) => {
      await play(stage)
    },
  }
}

/** How long the steps take together, in milliseconds. */
export function duration(steps: readonly Step[]): number {
  return steps.reduce((sum, { takes }) => sum + takes, 0)
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `1m30s` in milliseconds. Throws for anything else. */
export function parseDuration(text: string): number {
  if (!/^(\d+[smhd])+$/.test(text)) throw new Error(`"${text}" is no duration such as 30s, 1m30s or 3d`)
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  )
}

export interface CountedEvent {
  readonly person: string
  readonly metric: string
  /** As written: `2m`, or `2m|7m` where the road decides. */
  readonly at: string
}

/** Each event of its own. */
export function listCounts(counts: Counts = {}): readonly CountedEvent[] {
  return Object.entries(counts).flatMap(([person, metrics]) =>
    Object.entries(metrics ?? {}).flatMap(([metric, times]) => times.split(' ').map((at) => ({ person, metric, at }))),
  )
}

/** Without times: `Created Conversation of lea, 2 Replied to Conversation of lea`. */
export function describeCounts(counts: Counts): string {
  const texts = Object.entries(counts).flatMap(([who, metrics]) =>
    Object.entries(metrics ?? {}).map(([metric, times]) => {
      const count = times.split(' ').length
      return `${count === 1 ? '' : `${count} `}${metric} of ${who}`
    }),
  )
  return texts.length === 0 ? 'no event' : texts.join(', ')
}
