/** An import from end to end: pages of the local Intercom in, bulk requests that the local Klaviyo accepts out. */
import { join } from 'node:path'
import { start, temporaryFolder, unlimitedSpec, where } from './processes.ts'
import type { Table } from './report.ts'

/** What the bulk endpoint takes in a minute: requests, and events in each. */
const CALLS = 150
const EVENTS = 1_000

/** For every five conversations there is a ticket. */
const SIZES = [1_000, 10_000, 100_000]
/** Enough for two minutes at the allowed rate. */
const LIMITED = 180_000
/** After the first minute has filled the windows. Milliseconds. */
const MEASURED = { after: 60_000, for: 60_000 }

export async function run(): Promise<readonly Table[]> {
  const rows = []
  for (const conversations of SIZES) rows.push(await unlimited(conversations))
  return [
    {
      title: 'Import without rate limits: search page to accepted bulk request, SQLite on disk',
      rows,
      notes: [where],
    },
    {
      title: 'Import with rate limits: one minute, after the first',
      rows: [await limited()],
      notes: [`allowed: ${CALLS} bulk requests a minute of ${EVENTS} events; the connector on any core`],
    },
  ]
}

async function unlimited(conversations: number) {
  return withBoth(conversations, [], async ({ env, summary }, folder) => {
    const importing = start('../connector/main', ['backfill', '--json'], {
      core: 0,
      env: { ...env, CONNECTOR_SPEC: unlimitedSpec(folder) },
    })
    const report = await importing.said
    const used = await importing.ended
    const { events, requests } = await summary()
    const seconds = Number(report.elapsed) / 1000
    const { contacts = 0, ...read } = report.seen as Record<string, number>
    const records = Object.values(read).reduce((sum, count) => sum + count, 0)
    return {
      conversations,
      events,
      seconds,
      'events/s': Math.round(events / seconds),
      'records/s': Math.round(records / seconds),
      'events/request': Math.round(events / (requests[BULK] ?? 1)),
      'CPU s': used.cpu,
      'CPU µs/event': Math.round((used.cpu * 1e6) / events),
      'MB at most': Math.round(used.rss),
    }
  })
}

async function limited() {
  return withBoth(LIMITED, ['--limits'], async ({ env, summary }) => {
    const importing = start('../connector/main', ['backfill', '--json'], { env })
    await sleep(MEASURED.after)
    const [before, from] = [await summary(), performance.now()]
    await sleep(MEASURED.for)
    const [after, to] = [await summary(), performance.now()]
    importing.child.kill('SIGTERM')
    await importing.ended.catch(() => undefined) // stopped half way: exit code 1
    const minutes = (to - from) / 60_000
    const calls = ((after.requests[BULK] ?? 0) - (before.requests[BULK] ?? 0)) / minutes
    const events = (after.events - before.events) / minutes
    return {
      'requests/min': Math.round(calls),
      'of the allowed': `${((calls / CALLS) * 100).toFixed(1)} %`,
      'events/request': Math.round(events / calls),
      'events/s': Math.round(events / 60),
      'of all it could be': `${((events / (CALLS * EVENTS)) * 100).toFixed(1)} %`,
      refused: after.refused + after.throttled,
    }
  })
}

const BULK = 'POST /api/event-bulk-create-jobs'

interface Summary {
  readonly events: number
  readonly refused: number
  readonly throttled: number
  readonly requests: Readonly<Record<string, number>>
}

interface Both {
  readonly env: Readonly<Record<string, string>>
  summary(): Promise<Summary>
}

async function withBoth<T>(
  conversations: number,
  args: readonly string[],
  use: (both: Both, folder: string) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder()
  const size = ['--conversations', String(conversations), '--tickets', String(conversations / 5)]
  const sandbox = start('./sandbox-process', [...size, ...args], { core: 1 })
  try {
    const settings = (await sandbox.said) as Record<string, string>
    const env = { ...settings, CONNECTOR_STORE: `sqlite:${join(folder.path, 'store.db')}` }
    const summary = async () => (await (await fetch(`${settings.KLAVIYO_BASE_URL}/sandbox/summary`)).json()) as Summary
    return await use({ env, summary }, folder.path)
  } finally {
    await sandbox.stop()
    folder.remove()
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
