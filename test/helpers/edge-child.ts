/** What a host at the edge does: a webhook in, a request to the destination out. Bundled into one file by `edge.test.ts`. */
import { createHmac } from 'node:crypto'
import { intercomToKlaviyo } from '../../connector/index.ts'
import type { SpecBundle } from '../../runtime/spec/load-bundle.ts'

interface Given {
  readonly built: string
  readonly body: string
  /** What the source answers, by path. */
  readonly answers: Readonly<Record<string, object>>
}

const { built: file, body, answers } = JSON.parse(process.argv[2] ?? '') as Given
const { app_id: workspace } = JSON.parse(body) as { readonly app_id: string }
/** From here on there are chance and time, as there are within a request. */
;(globalThis as { loaded?: () => void }).loaded?.()
const { built } = (await import(file)) as { built: SpecBundle }

const stop = new AbortController()
const sent: unknown[] = []
const connector = await intercomToKlaviyo({
  settings: { spec: built },
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
