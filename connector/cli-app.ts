/** Describes this connector to the commands: settings, spec folder, and how to open the connector and the sandbox. */
import type { CliApp, Setting } from '../runtime/cli/app.ts'
import { version } from '../runtime/version.ts'
import { functions, preloadFunctions } from './functions/index.ts'
import { templateTags } from './klaviyo/template-tags.ts'
import { namedBases, specFolder } from './spec.ts'
import { vendorRules } from './spec-rules.ts'
import { createVendorLinks } from './vendor-links.ts'

/** Settings of Intercom and Klaviyo. */
export const settings: readonly Setting[] = [
  {
    env: 'INTERCOM_ACCESS_TOKEN',
    needed: 'source',
    description: 'reads conversations, tickets and contacts',
    howToGet:
      'Intercom Developer Hub → your app → Configure → Authentication. A private app of your own workspace needs no review. Its permissions: Read conversations, Read tickets, Read and list users and companies, Read admins, Read tags.',
  },
  {
    env: 'INTERCOM_CLIENT_ID',
    needed: 'no',
    description: 'connects Intercom by OAuth in the console, instead of an access token',
    howToGet:
      'Intercom Developer Hub → your app → Configure → Basic information → Client ID. Redirect URL: the address of this connector with /set-up/intercom/callback.',
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
    description: 'connects Klaviyo by OAuth in the console, instead of a private key',
    howToGet:
      'klaviyo.com/oauth/client → your app. Redirect URL: the address of this connector with /set-up/klaviyo/callback.',
  },
  {
    env: 'KLAVIYO_CLIENT_SECRET',
    needed: 'no',
    description: 'secret of that OAuth client',
    howToGet: 'Klaviyo shows it once, when the app is created.',
  },
  {
    env: 'INTERCOM_REGION',
    needed: 'no',
    description: 'region of the Intercom workspace: us (default), eu or au',
    howToGet:
      'See the address of your workspace: app.intercom.com is us, app.eu.intercom.com eu, app.au.intercom.com au.',
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
    description: 'override the Klaviyo API base URL',
    howToGet: 'For tests; `connector sandbox` prints one.',
  },
]

export const cliApp: CliApp = {
  name: 'connector',
  version,
  summary: 'Intercom conversations and tickets as Klaviyo metrics, live and from history.',
  labels: { source: 'Intercom', destination: 'Klaviyo' },
  homepage: 'https://github.com/intercom-to-klaviyo/connector#readme',
  bugsUrl: 'https://github.com/intercom-to-klaviyo/connector/issues',
  settings,
  specFolder: specFolder(),
  casesFolder: new URL('conformance/', specFolder()),
  bases: namedBases(),
  template: { folder: new URL('template/', specFolder()), packageName: 'intercom-to-klaviyo' },
  functions,
  rules: vendorRules,
  // Where the id of a metric is not known, which takes `metrics:read`. Ours have the source API.
  metricUrl: (metric) => ({
    href: 'https://www.klaviyo.com/analytics/metrics',
    label: `All metrics in Klaviyo: look for ${metric} (source: API)`,
  }),
  vendorLinks: (env) => createVendorLinks(env.INTERCOM_REGION),
  templateTags,
  loadRedaction: async () => (await import('./redaction.ts')).loadRedaction(),
  // Imported on first use: `validate`, `build` and the help need neither.
  openConnections: async (options) => (await import('./auth.ts')).createConnectorConnections(options),
  open: async ({ env, spec, store, connections, acceptNewKeys, ...effects }) => {
    const { connectorFromSpec } = await import('./index.ts')
    await preloadFunctions(effects.logger)
    return connectorFromSpec(spec, store, {
      ...effects,
      ...(connections && { connections }),
      secrets: {
        intercomAccessToken: env.INTERCOM_ACCESS_TOKEN,
        intercomClientSecret: env.INTERCOM_CLIENT_SECRET,
        klaviyoApiKey: env.KLAVIYO_API_KEY,
      },
      settings: {
        intercomRegion: env.INTERCOM_REGION,
        intercomBaseUrl: env.INTERCOM_BASE_URL,
        klaviyoBaseUrl: env.KLAVIYO_BASE_URL,
        acceptNewKeys,
      },
    })
  },
  openConformance: async (spec, logger) => {
    const [{ createFit }, { VENDOR_FAULT_CODES }] = await Promise.all([
      import('./klaviyo/destination.ts'),
      import('./fault-codes.ts'),
    ])
    await preloadFunctions(logger)
    return { fit: createFit(spec.destination), faultCodes: VENDOR_FAULT_CODES }
  },
  sandboxPorts: { intercom: 4010, klaviyo: 4020 },
  startSandbox: async (options) => (await import('../sandbox/index.ts')).startSandbox(options),
  listCourses: async () => (await import('../sandbox/index.ts')).listCourses(),
}
