/** Both local servers behind sides that can answer badly, and the settings that point a connector at them. */
import { systemClock, systemFetch, systemRandom } from '../../../runtime/system.ts'
import { createIntercomSandbox, type IntercomSandboxOptions } from '../../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'
import { startFaultySide } from './faulty-side.ts'
import { type Cleanup, KEY, SECRET, TOKEN } from './processes.ts'

export type FaultyWorld = Awaited<ReturnType<typeof startFaultyWorld>>

/** Accepted by both sandbox servers. */
const CLIENT = { id: 'sandbox-app', secret: 'sandbox-app-secret' }

export async function startFaultyWorld(closing: Cleanup, options: Partial<IntercomSandboxOptions> = {}) {
  const effects = { clock: systemClock, random: systemRandom }
  const intercomSandbox = createIntercomSandbox({
    ...effects,
    token: TOKEN,
    clientSecret: SECRET,
    conversations: 20,
    tickets: 10,
    now: systemClock.now(),
    fetch: systemFetch,
    limit: { limit: 1_000_000, per: 10_000 },
    ...options,
  })
  const klaviyoSandbox = createKlaviyoSandbox({ ...effects, key: KEY, client: CLIENT, keep: 100_000, limits: false })
  closing.add(intercomSandbox, () => intercomSandbox.close())
  const intercom = await startFaultySide(intercomSandbox.fetch, closing)
  const klaviyo = await startFaultySide(klaviyoSandbox.fetch, closing)
  const env = {
    INTERCOM_BASE_URL: intercom.url,
    KLAVIYO_BASE_URL: klaviyo.url,
    INTERCOM_ACCESS_TOKEN: TOKEN,
    INTERCOM_CLIENT_SECRET: SECRET,
    KLAVIYO_API_KEY: KEY,
  }
  return { intercom, klaviyo, intercomSandbox, klaviyoSandbox, env, client: CLIENT }
}
