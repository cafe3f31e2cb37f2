/** Settings: environment variables first, then `.env` in the working directory. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseEnv } from 'node:util'
import { CONNECTOR_FILE } from '../spec/spec-files.ts'
import type { CliApp, Env, Setting } from './app.ts'
import { usageError } from './errors.ts'
import type { ProcessIo } from './io.ts'
import { PROXY_SETTINGS } from './proxy/proxy-settings.ts'

/** Settings of every connector. */
export const COMMON_SETTINGS: readonly Setting[] = [
  {
    env: 'CONNECTOR_STORE',
    needed: 'no',
    description: 'database URL: sqlite:PATH or memory: (default sqlite:.connector/store.db)',
    howToGet: 'sqlite:PATH, or memory: to keep nothing after the process ends. Default: sqlite:.connector/store.db.',
  },
  {
    env: 'CONNECTOR_SPEC',
    needed: 'no',
    description: 'folder that holds connector.yaml (default: this one, else the shipped spec)',
    howToGet:
      'Begin one with `connector init`. Default: the working directory if it holds a connector.yaml, else the shipped spec.',
  },
  {
    env: 'CONNECTOR_KEY',
    needed: 'no',
    description: 'encrypts stored credentials: 32 bytes, base64 (default: a file beside the store)',
    howToGet: '`openssl rand -base64 32` generates one. Default: a file beside the store, readable by its owner only.',
  },
  {
    env: 'CONNECTOR_URL',
    needed: 'no',
    description: 'public URL of this connector, shown in setup',
    howToGet: 'Example: https://connector.example.com. Default: the address in your browser.',
  },
  {
    env: 'CONNECTOR_PASSWORD',
    needed: 'no',
    description: 'password for the console (default: a link that signs in once, printed at the start)',
    howToGet: 'Choose one. Required when `start` listens on an address that other machines can reach.',
  },
  {
    env: 'CONNECTOR_METRICS_TOKEN',
    needed: 'no',
    description: 'bearer token for /metrics and the status text',
    howToGet:
      'Choose one. Without it both answer nothing when `start` listens on an address that other machines can reach.',
  },
  {
    env: 'CONNECTOR_ALERT_URL',
    needed: 'no',
    description: 'webhook for alerts: of Slack, or any that takes JSON; several with commas',
    howToGet: 'In Slack: an app with an incoming webhook. Or enter it in the console, on the page Alerts of Setup.',
  },
  {
    env: 'CONNECTOR_ALERT_SECRET',
    needed: 'no',
    description: 'signs alerts to addresses other than Slack’s, as Standard Webhooks do',
    howToGet: 'Choose one, or `whsec_` and 24 to 64 bytes in base64.',
  },
  {
    env: 'CONNECTOR_ALERT_EMAIL',
    needed: 'no',
    description: 'addresses that alerts are mailed to, with commas; needs CONNECTOR_SMTP_URL',
    howToGet: 'Addresses of those who look after the connector.',
  },
  {
    env: 'CONNECTOR_SMTP_URL',
    needed: 'no',
    description: 'mail server for alerts: smtp://user:password@host:587',
    howToGet: 'From your mail provider. `smtps://` for port 465. Needs the package nodemailer.',
  },
  {
    env: 'CONNECTOR_ALERT_FROM',
    needed: 'no',
    description: 'sender of mailed alerts (default: the first address)',
    howToGet: 'An address that the mail server may send from.',
  },
  {
    env: 'CONNECTOR_ALERT_FAILED_RECORDS',
    needed: 'no',
    description: 'records with failed events from which on to alert (default 1)',
    howToGet: 'A number. Default: 1.',
  },
  {
    env: 'CONNECTOR_TRUSTED_PROXIES',
    needed: 'no',
    description: 'your own reverse proxies, whose X-Forwarded-For is believed: "127.0.0.1, 10.0.0.0/8"',
    howToGet: 'Addresses and networks, with commas. Attempts to sign in are then counted by client.',
  },
  {
    env: 'CONNECTOR_TRUSTED_HEADER',
    needed: 'no',
    description: 'header in which your proxy names the person it has signed in, e.g. X-Forwarded-Email',
    howToGet: 'From your proxy. In place of the password; needs the next two settings.',
  },
  {
    env: 'CONNECTOR_TRUSTED_HEADER_SECRET',
    needed: 'no',
    description: 'secret that your proxy adds to each request as X-Connector-Secret',
    howToGet: '`openssl rand -base64 32` generates one. Requests without it are refused.',
  },
  {
    env: 'CONNECTOR_TRUSTED_ROLES',
    needed: 'no',
    description: 'who may do what: "owner: ann@shop.example; operator: *@shop.example; viewer: *"',
    howToGet: 'Roles viewer, operator and owner; `*` is any text, and the first pattern that fits decides.',
  },
  { env: 'PORT', needed: 'no', description: 'port of `start` (default 3000)', howToGet: 'Default: 3000.' },
  {
    env: 'HOST',
    needed: 'no',
    description: 'address `start` listens on (default 127.0.0.1)',
    howToGet: 'Default: 127.0.0.1. In a container 0.0.0.0, behind a proxy that terminates TLS.',
  },
  {
    env: 'LOG_LEVEL',
    needed: 'no',
    description: 'debug, info, warn, error or silent (default: info for `start`, else warn)',
    howToGet: 'debug, info, warn, error or silent. Default: info for `start`, warn for other commands.',
  },
  ...PROXY_SETTINGS,
]

/** Reads the environment and `.env`. Trims values, since secrets mounted as files often end in a newline. */
export async function readSettings(io: Pick<ProcessIo, 'cwd' | 'env'>): Promise<Env> {
  const file = await readFile(join(io.cwd, '.env'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  // Windows editors put a byte order mark before the first name.
  const sources = [parseEnv(file.replace(/^\uFEFF/, '')), io.env]
  const entries = sources.flatMap((source) =>
    Object.entries(source).map(([name, value]) => [name, value?.trim()] as const),
  )
  return Object.fromEntries(entries.filter(([, value]) => value))
}

/**
 * The working directory if it holds a connector.yaml, else the shipped spec.
 *
 * Called once by a process: a connector.yaml that disappears while `start` runs must not put the shipped spec in its place.
 */
export const findDefaultSpec = ({ specFolder }: CliApp, cwd: string): URL =>
  existsSync(join(cwd, CONNECTOR_FILE)) ? pathToFileURL(`${cwd}/`) : specFolder

/** Throws a usage error that lists every required setting that is missing, with where to find its value. */
export function requireSettings(app: CliApp, env: Env, needs: readonly Setting['needed'][], hint: string): void {
  const missing = app.settings.filter(({ needed, env: name }) => needs.includes(needed) && env[name] === undefined)
  if (missing.length === 0) return
  const count = missing.length === 1 ? 'a setting is missing' : `${missing.length} settings are missing`
  const list = missing.map((setting) => `  ${setting.env}: ${setting.description}\n      ${setting.howToGet}`)
  throw usageError(`${count}:\n\n${list.join('\n')}\n\nSet them in the environment or in .env. ${hint}`.trimEnd())
}
