/** The roads on which a course reaches Klaviyo. */
import { type Course, type Step, step } from '../../../sandbox/courses/course.ts'
import type { Notice } from '../../../sandbox/courses/stage.ts'
import { type Bench, type BenchOptions, METRICS_WITH_HISTORY } from './bench.ts'
import { formatOffset } from './events.ts'

const SECOND = 1_000
const MINUTE = 60_000
/** Retries, repeated look-ups and late notices end within it. */
const SETTLE = 10 * MINUTE

/** Which way an event takes; undefined: none. */
export type Way = 'live' | 'history' | undefined

export interface Road {
  readonly name: string
  /** The road's own part of `Course.unseen`. Absent: on this road such events depend on the moment. */
  readonly sort?: 'webhook' | 'history'
  /** `at` is in milliseconds of the course. */
  wayOf(event: { readonly metric: string; readonly at: number }): Way
  readonly bench?: () => BenchOptions
  /** Needs a file that outlives a process. */
  readonly kills?: boolean
  run(bench: Bench, course: Course): Promise<void>
}

const alwaysLive: Road['wayOf'] = () => 'live'
const onlyHistory: Road['wayOf'] = ({ metric }) => (METRICS_WITH_HISTORY.includes(metric) ? 'history' : undefined)

const webhook: Road = { name: 'webhook', sort: 'webhook', wayOf: alwaysLive, run: playLive }

const history: Road = {
  name: 'history',
  sort: 'history',
  wayOf: onlyHistory,
  async run(bench, course) {
    await bench.play(course)
    await bench.clock.sleep(MINUTE)
    await bench.start()
    await bench.importHistory()
    await settle(bench)
  },
}

/** All notices arrive, and after the import has brought the same events. */
const historyThenNotices: Road = {
  name: 'history, then every notice',
  wayOf: ({ metric }) => (METRICS_WITH_HISTORY.includes(metric) ? 'history' : 'live'),
  async run(bench, course) {
    await bench.start()
    bench.subscribe()
    const held = holdNotices(course.steps, async () => {
      await bench.clock.sleep(SECOND)
      await bench.importHistory()
    })
    await bench.play({ ...course, steps: [held] })
    await settle(bench)
  },
}

const failingWebhook: Road = { ...webhook, name: 'webhook, with failures', bench: () => ({ intercept: failures() }) }
const failingHistory: Road = { ...history, name: 'history, with failures', bench: () => ({ intercept: failures() }) }

const killedWebhook: Road = {
  ...webhook,
  name: 'webhook, killed twice',
  kills: true,
  run: (bench, course) => {
    const last = course.steps.length - 1
    return playLive(bench, course, async (_, index) => {
      if (index !== last && index !== Math.floor(last / 2)) return
      // At the receipt, during the delivery, or before the settlement.
      await bench.clock.sleep([0, 5, 40, 400][last % 4] ?? 0)
      bench.kill()
      await bench.start()
    })
  },
}

const killedHistory: Road = {
  ...history,
  name: 'history, killed twice',
  kills: true,
  async run(bench, course) {
    await bench.play(course)
    await bench.clock.sleep(MINUTE)
    for (const life of [20, 300]) {
      await bench.start()
      void bench.importHistory()
      await bench.clock.sleep(life)
      bench.kill()
      // Until the import's lock expires: ten seconds, and five by which the clocks of two machines may differ.
      await bench.clock.sleep(16 * SECOND)
    }
    await bench.start()
    await bench.importHistory()
    await settle(bench)
  },
}

/** All roads of a course; those that split it do so at its first, middle and last wait. */
export function roadsOf(course: Course): readonly Road[] {
  const all = waitsOf(course)
  const middle = all[Math.floor(all.length / 2)]
  const waits = [...new Set([all[0], middle, all.at(-1)])].filter((wait) => wait !== undefined)
  return [
    webhook,
    history,
    historyThenNotices,
    failingWebhook,
    failingHistory,
    killedWebhook,
    killedHistory,
    ...waits.flatMap(splitRoads),
    ...(middle === undefined ? [] : [importDuring(middle)]),
  ]
}

/** Webhooks arrive from the wait on. */
function splitRoads(wait: Wait): readonly Road[] {
  const { index, at, text } = wait
  return [
    {
      name: `history until ${formatOffset(at)} (${text}), then webhook`,
      wayOf: wayOfSplit(wait),
      run: (bench, course) =>
        playSplit(bench, course, index, async () => {
          await bench.clock.sleep(SECOND)
          await bench.importHistory()
          bench.subscribe()
        }),
    },
    {
      name: `webhook from ${formatOffset(at)} (${text}), then history`,
      wayOf: wayOfSplit(wait),
      async run(bench, course) {
        await playSplit(bench, course, index, async () => bench.subscribe())
        await bench.importHistory()
        await settle(bench)
      },
    },
  ]
}

function importDuring(wait: Wait): Road {
  return {
    name: `webhook from ${formatOffset(wait.at)} (${wait.text}), and history at once`,
    wayOf: wayOfSplit(wait),
    async run(bench, course) {
      let importing: Promise<void> | undefined
      await playSplit(bench, course, wait.index, async () => {
        await bench.clock.sleep(SECOND)
        bench.subscribe()
        importing = bench.importHistory()
      })
      await importing
      await settle(bench)
    },
  }
}

const wayOfSplit =
  (wait: Wait): Road['wayOf'] =>
  (event) =>
    event.at > wait.at ? 'live' : onlyHistory(event)

type OnStep = (step: Step, index: number) => Promise<void>

async function playLive(bench: Bench, course: Course, onStep?: OnStep): Promise<void> {
  await bench.start()
  bench.subscribe()
  await bench.play(course, onStep)
  await settle(bench)
}

async function playSplit(bench: Bench, course: Course, split: number, then: () => Promise<void>): Promise<void> {
  await bench.start()
  await bench.play(course, async (_, index) => {
    if (index === split) await then()
  })
  await settle(bench)
}

async function settle(bench: Bench): Promise<void> {
  await bench.clock.sleep(SETTLE)
}

interface Wait {
  readonly index: number
  /** Milliseconds of the course. */
  readonly at: number
  readonly text: string
}

function waitsOf({ steps }: Course): readonly Wait[] {
  let at = 0
  return steps.flatMap(({ text, takes, isWait }, index) => {
    const begin = at
    at += takes
    return index > 0 && isWait ? [{ index, at: begin, text }] : []
  })
}

function holdNotices(steps: readonly Step[], then: () => Promise<void>): Step {
  const takes = steps.reduce((sum, each) => sum + each.takes, 0)
  const held = step('every notice is held back', async (stage) => {
    const notices: Notice[] = []
    const hold = async (notice: Notice) => {
      const item = structuredClone(notice.item())
      notices.push({ ...notice, item: () => item })
    }
    for (const each of steps) await each.play({ ...stage, send: hold })
    await then()
    for (const notice of notices) await stage.send(notice)
  })
  return { ...held, takes }
}

/** Of each server's requests these fail: the first ones, and some later. */
const FAILING = [1, 2, 3, 5, 8, 13]

/** Both servers fail as theirs do. Each second notice is refused, and arrives again a minute later. */
function failures(): (request: Request) => Promise<Response | undefined> {
  const counts: Record<string, number> = {}
  return async (request) => {
    const { host } = new URL(request.url)
    const count = (counts[host] ?? 0) + 1
    counts[host] = count
    if (host === 'localhost') {
      const { delivery_attempts } = (await request.clone().json()) as { delivery_attempts: number }
      return delivery_attempts === 1 && count % 2 === 0 ? new Response(null, { status: 500 }) : undefined
    }
    if (!FAILING.includes(count)) return undefined
    if (count % 3 === 1) return new Response('<html>502 Bad Gateway</html>', { status: 502 })
    if (count % 3 === 2) return new Response('{}', { status: 429, headers: { 'Retry-After': '1' } })
    return Response.json({ errors: [{ status: 500, code: 'error', detail: 'Server error.' }] }, { status: 500 })
  }
}
