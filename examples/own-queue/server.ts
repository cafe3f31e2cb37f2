/** The connector on a queue of the host: webhooks become jobs, and each job is one call of `connector.deliver`. */
import { createServer } from 'node:http'
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'
import { fileTable } from './file-table.ts'
import { type Job, JobQueue } from './queue-store.ts'

const { env } = process
const path = env.STORE_PATH ?? 'store.db'
const base = await sqliteStore(path, { clock })
const queue = new JobQueue(await fileTable(`${path}.jobs`), await fileTable(`${path}.results`))
const store = queue.over(base)
const connector = await intercomToKlaviyo({ ...optionsFromEnv(env), store, clock, logger: console })

const server = createServer(async (request, response) => {
  if (request.url !== connector.spec.webhook.path) return void response.writeHead(404).end()
  const { method, headers } = request
  const answer = await connector.receive({ method, headers, body: request })
  response.writeHead(answer.status, answer.headers).end(answer.body)
})
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  console.info(`listening on http://127.0.0.1:${typeof address === 'object' && address?.port}`)
})

async function run(job: Job): Promise<void> {
  // `deliver` writes nothing and never throws because of the record. A crash before `settle` runs the job again.
  await queue.settle(job, await connector.deliver({ ...job.record, ...job, lease: '' }))
}

const shutdown = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => server.close(() => shutdown.abort()))
await connector.adoptSpec() // as `work` does: refuses a spec whose changed keys would count events again
const running = new Map<string, Promise<void>>()
while (!shutdown.signal.aborted) {
  for (const job of queue.due(clock.now())) {
    const { id } = job.record
    if (running.size >= 20 || running.has(id)) continue
    running.set(
      id,
      run(job).finally(() => running.delete(id)),
    )
  }
  await clock.sleep(100, shutdown.signal)
}
await Promise.all(running.values())
await connector.close()
await base.close()
