/** Sends four requests at once to each address, as a process of its own, and prints their fault codes and its peak memory. */
import { createHttpClient } from '../../../runtime/http/client.ts'
import { createRateLimiter } from '../../../runtime/http/rate-limiter.ts'
import { toFault } from '../../../runtime/ports/fault.ts'
import { systemClock, systemFetch } from '../../../runtime/system.ts'

const limiter = createRateLimiter({ windows: [{ limit: 1000, interval: 1 }], utilization: 1 }, systemClock)
const parts = { fetch: systemFetch, clock: systemClock, random: () => 0, timeout: 30_000 }
const ask = createHttpClient(parts, { name: 'peer', limiter, json: true })
const { signal } = new AbortController()
const peak = () => process.resourceUsage().maxRSS / 1024
const before = peak()

const results: { readonly path: string; readonly code: string; readonly megabytes: number }[] = []
for (const url of process.argv.slice(2)) {
  const send = () => ask(() => new Request(url, { method: 'POST', body: '{}' }), { lane: 'live', signal })
  const codes = await Promise.all(Array.from({ length: 4 }, () => send().then(String, (error) => toFault(error).code)))
  results.push({
    path: new URL(url).pathname,
    code: [...new Set(codes)].join(),
    megabytes: Math.round(peak() - before),
  })
}
process.stdout.write(JSON.stringify(results))
process.exit()
