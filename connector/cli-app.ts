/** What the commands are given: settings, the spec's folder, and how to open a connector or the sandbox. */
import type { CliApp, Setting } from '../runtime/cli/app.ts'
import { version } from '../runtime/version.ts'
import { functions } from './functions/index.ts'
import { names } from './klaviyo/spec-names.ts'
import { specFolder } from './spec.ts'

/** Each described once: for the help, for "missing", and for `.env.example`. */
export const settings: readonly Setting[] = [
  {
    env: 'INTERCOM_ACCESS_TOKEN',
    needed: 'source',
    description: 'reads your conversations, tickets and contacts',
    howToGet:
      'Intercom Developer Hub → your app → Configure → Authentication. A private app of your own workspace needs no review. Its permissions: Read conversations, Read tickets, Read and list users and companies, Read admins, Read tags.',
  },
  {
    env: 'INTERCOM_CLIENT_ID',
    needed: 'no',
    description: 'with the client secret: connects Intercom by OAuth on the console, instead of an access token',
    howToGet:
      'Intercom Developer Hub → your app → Configure → Basic information → Client ID. Redirect URL: this connector, /set-up/intercom/callback.',
  },
  {
    env: 'INTERCOM_CLIENT_SECRET',
    needed: 'webhook',
    description: 'verifies webhook signatures',
    howToGet: 'Intercom Developer Hub → your app → Configure → Basic information → Client secret.',
  },
  {
    env: 'KLAVIYO_API_KEY',
    needed: 'destination',
    description: 'sends events and profiles',
    howToGet:
      'Klaviyo → Settings → API keys → Create private API key. Its scopes: Events full, Profiles full, Accounts read, Metrics read.',
  },
  {
    env: 'KLAVIYO_CLIENT_ID',
    needed: 'no',
    description: 'with KLAVIYO_CLIENT_SECRET: connects Klaviyo by OAuth on the console, instead of a private key',
    howToGet: 'klaviyo.com/oauth/client → your app. Redirect URL: this connector, /set-up/klaviyo/callback.',
  },
  {
    env: 'KLAVIYO_CLIENT_SECRET',
    needed: 'no',
    description: 'proves to Klaviyo that the OAuth client is ours',
    howToGet: 'Shown once, when the app is made.',
  },
  {
    env: 'INTERCOM_REGION',
    needed: 'no',
    description: 'where your Intercom workspace is hosted: us (default), eu or au',
    howToGet: 'Look at its address: app.intercom.com is us, app.eu.intercom.com eu, app.au.intercom.com au.',
  },
  {
    env: 'INTERCOM_BASE_URL',
    needed: 'no',
    description: 'override the Intercom API base URL',
    howToGet: 'For tests; `connector sandbox` prints one.',
  },
  {
    env: 'KLAVIYO_BASE_URL',
    needed: 'no',
    description: 'another server in place of the Klaviyo API',
    howToGet: 'For tests; `connector sandbox` prints one.',
  },
]

export const app: CliApp = {
  name: 'connector',
  version,
  summary: 'Intercom conversations and tickets as Klaviyo metrics, live and from history.',
  settings,
  specFolder: specFolder(),
  functions,
  names,
  // Klaviyo lists all metrics on one page; it filters by the kind of source, and ours is the API.
  metricUrl: (metric) => ({
    href: 'https://www.klaviyo.com/analytics/metrics',
    words: `Klaviyo → Analytics → Metrics → ${metric} (source: API)`,
  }),
  // Loaded when a command opens something: `validate`, `build` and the help need neither.
  account: async (options) => (await import('./auth.ts')).connectorAccount(options),
  open: async ({ env, spec, store, account, ...effects }) =>
    (await import('./index.ts')).connectorFromSpec(spec, store, {
      ...effects,
      ...(account && { account }),
      secrets: {
        intercomAccessToken: env.INTERCOM_ACCESS_TOKEN,
        // Separated by commas while it is being changed.
        intercomClientSecret: env.INTERCOM_CLIENT_SECRET?.split(','),
        klaviyoApiKey: env.KLAVIYO_API_KEY,
      },
      settings: {
        intercomRegion: env.INTERCOM_REGION,
        intercomBaseUrl: env.INTERCOM_BASE_URL,
        klaviyoBaseUrl: env.KLAVIYO_BASE_URL,
      },
    }),
  sandboxPorts: { intercom: 4010, klaviyo: 4020 },
  sandbox: async (options) => (await import('../sandbox/index.ts')).sandbox(options),
}
