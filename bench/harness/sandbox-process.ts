/** Runs the sandbox in a process of its own, outside the measured one. Prints the settings that connect to it. */
import { parseArgs } from 'node:util'
import { listen } from '../../runtime/cli/server/listen.ts'
import { systemClock, systemFetch, systemRandom } from '../../runtime/system.ts'
import { createIntercomSandbox } from '../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../sandbox/klaviyo/server.ts'

const { values } = parseArgs({
  options: {
    conversations: { type: 'string', default: '1000' },
    tickets: { type: 'string', default: '200' },
    limits: { type: 'boolean', default: false },
  },
})
const effects = { clock: systemClock, random: systemRandom }
const [token, clientSecret, key] = ['bench-token', 'bench-secret', 'pk_bench']

const intercom = createIntercomSandbox({
  ...effects,
  fetch: systemFetch,
  token,
  clientSecret,
  conversations: Number(values.conversations),
  tickets: Number(values.tickets),
  now: systemClock.now(),
  ...(!values.limits && { limit: { limit: 1_000_000, per: 10_000 } }),
})
const klaviyo = createKlaviyoSandbox({ ...effects, key, keep: 1, limits: values.limits })
const [source, destination] = await Promise.all(
  [intercom, klaviyo].map(({ fetch }) => listen({ host: '127.0.0.1', port: 0, fetch, clock: systemClock })),
)
const env = {
  INTERCOM_BASE_URL: source?.url.origin,
  INTERCOM_ACCESS_TOKEN: token,
  INTERCOM_CLIENT_SECRET: clientSecret,
  KLAVIYO_BASE_URL: destination?.url.origin,
  KLAVIYO_API_KEY: key,
}
process.stdout.write(`${JSON.stringify(env)}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
