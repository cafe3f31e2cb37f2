/** What a host passes to create a connector, read from the environment. */
import type { CredentialsEnv } from './auth.ts'
import type { ConnectorOptions } from './options.ts'

/**
 * The secrets and settings that the environment holds, by the names of `.env.example`. Settings of OAuth clients are not
 * among them: those are for `createConnectorConnections`.
 */
export function optionsFromEnv(env: CredentialsEnv): Required<Pick<ConnectorOptions, 'secrets' | 'settings'>> {
  return {
    secrets: {
      intercomAccessToken: env.INTERCOM_ACCESS_TOKEN,
      intercomClientSecret: env.INTERCOM_CLIENT_SECRET,
      klaviyoApiKey: env.KLAVIYO_API_KEY,
    },
    settings: {
      intercomRegion: env.INTERCOM_REGION,
      intercomBaseUrl: env.INTERCOM_BASE_URL,
      klaviyoBaseUrl: env.KLAVIYO_BASE_URL,
    },
  }
}
