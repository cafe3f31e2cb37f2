/** Connects Klaviyo by OAuth in a store on disk, as a person in a browser did two hours ago: the token has expired. */
import { createConnectorConnections } from '../../../connector/auth.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { keyFromFile } from '../../../runtime/auth/encryption-key.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { silentLogger, systemClock, systemFetch, systemRandom } from '../../../runtime/system.ts'
import { acceptConsent } from '../../../sandbox/accept-consent.ts'
import type { FaultyWorld } from './faulty-world.ts'

/** Resolves to the settings that replace the key. */
export async function connectByOauth(world: FaultyWorld, storeUrl: string): Promise<Readonly<Record<string, string>>> {
  const file = storeUrl.replace(/^sqlite:/, '')
  const settings = {
    KLAVIYO_API_KEY: '',
    KLAVIYO_CLIENT_ID: world.client.id,
    KLAVIYO_CLIENT_SECRET: world.client.secret,
  }
  const { KLAVIYO_API_KEY: _, ...env } = { ...world.env, ...settings }
  const clock = { ...systemClock, now: () => systemClock.now() - 2 * 3_600_000 }
  const effects = { clock, random: systemRandom, fetch: systemFetch, logger: silentLogger }
  const store = await sqliteStore(file, { clock })
  const spec = await loadConnectorSpec()
  const connections = await createConnectorConnections({
    ...effects,
    spec,
    env,
    store,
    encryptionKey: keyFromFile(`${file}.key`),
  })
  const { setup } = connections
  const attempt = {
    side: 'destination',
    session: 's1',
    redirectUri: 'http://127.0.0.1:3000/set-up/destination/callback',
  } as const
  await setup.consent([])
  const { searchParams: query } = await acceptConsent(await setup.authorizationUrl(attempt), systemFetch)
  await setup.handleCallback({ ...attempt, query }, new AbortController().signal)
  await setup.finish()
  connections.close()
  await store.close()
  return settings
}
