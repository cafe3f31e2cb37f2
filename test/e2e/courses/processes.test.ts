/** Courses by webhook through a real process that is killed before the last step: each event arrives once. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../../runtime/system.ts'
import { COURSES } from '../../../sandbox/courses/index.ts'
import { personOf } from '../../../sandbox/courses/people.ts'
import {
  createCleanup,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

test.each(['lead-gives-address', 'hold-notice-lost', 'ticket'])(
  '%s',
  async (name) => {
    const course = COURSES.find((it) => it.name === name)
    if (course === undefined) throw new Error(`no course ${name}`)
    let webhook: string | undefined
    const { intercom, klaviyo, env } = await startSandbox(closing, {
      conversations: 0,
      tickets: 0,
      webhookUrl: () => webhook,
    })
    const store = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
    const start = async () => {
      const process = startProcess(['start', '--port', '0', '--store', store, '--json'], env, closing)
      webhook = (await process.firstOutput).webhook
      return process
    }
    let process = await start()
    await intercom.play(course, {
      begin: systemClock.now(),
      until: (time) => systemClock.sleep(time - systemClock.now()),
      longestWait: 1_000,
      async onStep(_, index) {
        if (index !== course.steps.length - 1) return
        await process.kill('SIGKILL')
        process = await start()
      },
    })

    const expected = Object.entries(course.counts).flatMap(([person, metrics]) =>
      Object.entries(metrics ?? {}).flatMap(([metric, times]) => times.split(' ').map(() => `${person}: ${metric}`)),
    )
    const recorded = () => klaviyo.events().map((event) => `${personOf(event)}: ${event.metric}`)
    await waitUntil('all events arrive', () => recorded().length >= expected.length, 60_000)
    expect(await process.kill('SIGTERM')).toBe(0)
    expect(recorded().sort()).toEqual(expected.sort())
  },
  120_000,
)
