/** Steps about time, and about what becomes of the notices of other steps. */
import { duration, parseDuration, type Step } from '../course.ts'
import type { Notice, Stage } from '../stage.ts'

export function wait(text: string): Step {
  const ms = parseDuration(text)
  return { text: `${text} later`, isWait: true, takes: ms, play: (stage) => stage.wait(ms) }
}

/** Their notices never arrive. */
export function lost(...steps: readonly Step[]): Step {
  return withNotices('no notice arrives', steps, async () => undefined)
}

/** Each of their notices arrives twice. */
export function twice(...steps: readonly Step[]): Step {
  return withNotices('each notice arrives twice', steps, async ({ send }, notices) => {
    for (const notice of notices) {
      await send(notice)
      await send(notice)
    }
  })
}

/** Their notices arrive after the last step, newest first, as after an outage. */
export function reversed(...steps: readonly Step[]): Step {
  return withNotices('the newest notice arrives first', steps, ({ send }, notices) =>
    sendAll(send, notices.toReversed()),
  )
}

/** Their notices arrive this much later. */
export function late(text: string, ...steps: readonly Step[]): Step {
  const ms = parseDuration(text)
  const play = async ({ send, wait }: Stage, notices: readonly Notice[]) => {
    await wait(ms)
    await sendAll(send, notices)
  }
  const delayed = withNotices(`their notices arrive ${text} later`, steps, play)
  return { ...delayed, takes: delayed.takes + ms }
}

/** The first step's notices arrive only after the other steps. */
export function overtaken(first: Step, ...others: readonly Step[]): Step {
  const own = withNotices('its notices arrive last', [first], async (stage, notices) => {
    await playAll(others, stage)
    await sendAll(stage.send, notices)
  })
  return { ...own, text: [own.text, ...others.map(({ text }) => text)].join('; '), takes: own.takes + duration(others) }
}

/** Nothing is told before all has happened: each notice carries the records as they are after the last step. */
export function atOnce(...steps: readonly Step[]): Step {
  const text = steps.map((step) => step.text).join('; ')
  return {
    text: `at once: ${text}`,
    takes: duration(steps),
    async play(stage) {
      const notices: Notice[] = []
      await playAll(steps, { ...stage, send: async (notice) => void notices.push(notice) })
      await sendAll(stage.send, notices)
    },
  }
}

/** Plays the steps, then hands their notices over, each with the records as they were. */
function withNotices(
  fate: string,
  steps: readonly Step[],
  deliver: (stage: Stage, notices: readonly Notice[]) => Promise<void>,
): Step {
  const text = steps.map((step) => step.text).join('; ')
  return {
    text: `${text} (${fate})`,
    takes: duration(steps),
    async play(stage) {
      const notices: Notice[] = []
      const hold = async (notice: Notice) => {
        const item = structuredClone(notice.item())
        notices.push({ ...notice, item: () => item })
      }
      await playAll(steps, { ...stage, send: hold })
      await deliver(stage, notices)
    },
  }
}

async function playAll(steps: readonly Step[], stage: Stage): Promise<void> {
  for (const step of steps) await step.play(stage)
}

async function sendAll(send: Stage['send'], notices: readonly Notice[]): Promise<void> {
  for (const notice of notices) await send(notice)
}
