/** Intercom to a file of JSON lines, without Klaviyo: history first, then webhooks, each event once whatever happens. */
import { open, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { intercomToKlaviyo } from 'intercom-to-klaviyo'
import { systemClock as clock, type LogFields } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process
const path = env.EVENTS_FILE ?? 'events.jsonl'

function log(level: string, message: string, fields?: LogFields): void {
  process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`)
}

const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({
  secrets: { intercomAccessToken: env.INTERCOM_ACCESS_TOKEN, intercomClientSecret: env.INTERCOM_CLIENT_SECRET },
  settings: { intercomBaseUrl: env.INTERCOM_BASE_URL },
  store,
  clock,
  logger: {
    debug() {},
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  },
})

/** The end of the last whole line, and the cursor in it: a crash may have cut the line after it. */
async function readEnd(): Promise<{ readonly bytes: number; readonly cursor?: string }> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const last = whole.trimEnd().split('\n').at(-1)
  return { bytes: Buffer.byteLength(whole), ...(last && { cursor: JSON.parse(last).cursor }) }
}

/** Event and cursor are one line, so both are written or neither: then no event comes twice. */
async function writeEvents(events: ReturnType<typeof connector.events>, bytes: number): Promise<void> {
  const file = await open(path, 'a')
  try {
    await file.truncate(bytes)
    for await (const event of events) {
      await file.write(`${JSON.stringify({ ...event, cursor: event.cursor })}\n`)
      // On disk before the next one is asked for, which acknowledges this one.
      await file.datasync()
    }
  } finally {
    await file.close()
  }
}

async function readHistory(signal: AbortSignal): Promise<void> {
  if ((await connector.lastBackfill())?.phase === 'done') return
  for await (const { phase } of connector.backfill({ signal })) if (phase === 'done') log('info', 'imported')
}

const server = createServer((incoming, outgoing) => {
  const { method = 'GET', url = '/', headers } = incoming
  if (url !== connector.spec.webhook.path) return void outgoing.writeHead(404).end()
  const body = method === 'POST' ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const } : {}
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  connector.receive(new Request(new URL(url, 'http://localhost'), { method, headers: pairs, ...body })).then(
    ({ status }) => outgoing.writeHead(status).end(),
    () => outgoing.writeHead(500).end(),
  )
})

const shutdown = new AbortController()
const { signal } = shutdown
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => shutdown.abort())

// Before `backfill`: the first of both decides where events go.
const { bytes, cursor } = await readEnd()
const writing = writeEvents(connector.events({ signal, since: cursor }), bytes)
const polling = connector.pollChanges({ signal })
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  log('info', 'listening', { port: typeof address === 'object' ? address?.port : undefined })
})

try {
  await Promise.all([writing, polling, readHistory(signal)])
} finally {
  shutdown.abort()
  await new Promise((resolve) => server.close(resolve))
  await Promise.allSettled([writing, polling])
  await connector.close()
  await store.close()
}
