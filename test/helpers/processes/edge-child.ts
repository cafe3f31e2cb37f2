/** A host on the edge: receives a webhook and sends a request to the destination. `workers.test.ts` bundles it into one file. */
import { createHmac } from 'node:crypto'
import { intercomToKlaviyo } from '../../../connector/edge.ts'
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
  secrets: { intercomAccessToken: 'token', intercomClientSecret: 'secret', klaviyoApiKey: 'pk_key' },
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
process.stdout.write(JSON.stringify({ status, sent, tallies: await connector.store.tallies() }))
