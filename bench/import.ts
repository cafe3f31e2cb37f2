/** Times an import from end to end: from pages of the mock Intercom to bulk requests accepted by the mock Klaviyo. */
import { join } from 'node:path'
import type { BenchmarkOptions } from './harness/options.ts'
import { placement, startProcess, temporaryFolder, unlimitedSpec } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'

/** Limits of the bulk endpoint: requests per minute, events per request. */
const REQUESTS_PER_MINUTE = 150
const EVENTS_PER_REQUEST = 1_000

/** Conversations; with a ticket for every five. */
const SIZES = [1_000, 10_000, 100_000]
/** Conversations for two minutes at the allowed rate. */
const LIMITED_SIZE = 180_000
/** The first minute fills the rate-limit windows, the second is measured. */
const WARM_UP_MS = 60_000
const MEASURED_MS = 60_000

/** With sizes of one's own only those are measured, without rate limits. */
export async function runBenchmark({ conversations: sizes }: BenchmarkOptions): Promise<readonly ResultTable[]> {
  const rows = []
  for (const conversations of sizes ?? SIZES) rows.push(await unlimited(conversations))
  const withoutLimits = {
    title: 'Import without rate limits: search page to accepted bulk request, SQLite on disk',
    rows,
    notes: [placement],
  }
  if (sizes !== undefined) return [withoutLimits]
  return [
    withoutLimits,
    {
      title: 'Import with rate limits: one minute, after the first',
      rows: [await limited()],
      notes: [
        `allowed: ${REQUESTS_PER_MINUTE} bulk requests a minute of ${EVENTS_PER_REQUEST} events; the connector on any core`,
      ],
    },
  ]
}

async function unlimited(conversations: number) {
  return withSandbox(conversations, [], async ({ env, summary }, folder) => {
    const importing = startProcess('../../connector/main', ['backfill', '--json'], {
      core: 0,
      env: { ...env, CONNECTOR_SPEC: unlimitedSpec(folder) },
    })
    const report = await importing.output
    const usage = await importing.usage
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
      'CPU s': usage.cpu,
      'CPU µs/event': Math.round((usage.cpu * 1e6) / events),
      'max MB': Math.round(usage.rss),
    }
  })
}

async function limited() {
  return withSandbox(LIMITED_SIZE, ['--limits'], async ({ env, summary }) => {
    const importing = startProcess('../../connector/main', ['backfill', '--json'], { env })
    await sleep(WARM_UP_MS)
    const [before, from] = [await summary(), performance.now()]
    await sleep(MEASURED_MS)
    const [after, to] = [await summary(), performance.now()]
    importing.child.kill('SIGTERM')
    await importing.usage.catch(() => undefined) // interrupted: exit code 1
    const minutes = (to - from) / 60_000
    const calls = ((after.requests[BULK] ?? 0) - (before.requests[BULK] ?? 0)) / minutes
    const events = (after.events - before.events) / minutes
    return {
      'requests/min': Math.round(calls),
      'of the limit': `${((calls / REQUESTS_PER_MINUTE) * 100).toFixed(1)} %`,
      'events/request': Math.round(events / calls),
      'events/s': Math.round(events / 60),
      'of the maximum': `${((events / (REQUESTS_PER_MINUTE * EVENTS_PER_REQUEST)) * 100).toFixed(1)} %`,
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

interface RunningSandbox {
  readonly env: Readonly<Record<string, string>>
  summary(): Promise<Summary>
}

export async function withSandbox<T>(
  conversations: number,
  args: readonly string[],
  use: (sandbox: RunningSandbox, folder: string) => Promise<T>,
): Promise<T> {
  const folder = temporaryFolder()
  const size = ['--conversations', String(conversations), '--tickets', String(conversations / 5)]
  const sandbox = startProcess('./sandbox-process', [...size, ...args], { core: 1 })
  try {
    const settings = (await sandbox.output) as Record<string, string>
    const env = { ...settings, CONNECTOR_STORE: `sqlite:${join(folder.path, 'store.db')}` }
    const summary = async () => (await (await fetch(`${settings.KLAVIYO_BASE_URL}/sandbox/summary`)).json()) as Summary
    return await use({ env, summary }, folder.path)
  } finally {
    await sandbox.stop()
    folder.remove()
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
