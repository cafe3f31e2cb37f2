/** A host on the edge: receives a webhook, sends a request to the destination, and looks for missed webhooks. `workers.test.ts` bundles it into one file. */
import { createHmac } from 'node:crypto'
import { intercomToKlaviyo, optionsFromEnv } from '../../../connector/edge.ts'
import type { SpecBundle } from '../../../runtime/spec/load-bundle.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { systemClock } from '../../../runtime/system.ts'

interface Input {
  readonly built: string
  readonly body: string
  /** Responses of the source, by path. */
  readonly answers: Readonly<Record<string, object>>
}

const { built: file, body, answers } = JSON.parse(process.argv[2] ?? '') as Input
const { app_id: workspace } = JSON.parse(body) as { readonly app_id: string }
/** Randomness and timers exist from here on, as within a request. */
;(globalThis as { loaded?: () => void }).loaded?.()
const { built } = (await import(file)) as { built: SpecBundle }

const stop = new AbortController()
const sent: unknown[] = []
const connector = await intercomToKlaviyo({
  settings: { spec: built },
  store: memoryStore({ clock: systemClock }),
  secrets: optionsFromEnv({
    INTERCOM_ACCESS_TOKEN: 'token',
    INTERCOM_CLIENT_SECRET: 'secret',
    KLAVIYO_API_KEY: 'pk_key',
  }).secrets,
  fetch: async (request) => {
    const { host, pathname } = new URL(request.url)
    if (pathname === '/me') return Response.json({ app: { id_code: workspace } })
    if (pathname === '/api/accounts') return Response.json({ data: [{ id: 'Edge01' }] })
    if (!host.endsWith('klaviyo.com')) return Response.json(answers[pathname] ?? { data: [] })
    sent.push(await request.json())
    stop.abort()
    return new Response(null, { status: 202 })
  },
})
const signature = `sha1=${createHmac('sha1', 'secret').update(body).digest('hex')}`
const headers = { 'x-hub-signature': signature }
const { status } = await connector.receive(new Request('https://edge.example/', { method: 'POST', body, headers }))
await connector.work(stop)
const pass = await connector.reconcile({ signal: new AbortController().signal })
const streams = pass?.streams.map(({ stream }) => stream)
process.stdout.write(JSON.stringify({ status, sent, streams, tallies: await connector.store.tallies() }))
