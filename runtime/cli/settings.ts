/** Settings: the environment first, then `.env` in the working directory. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { CliApp, Env, Setting } from './app.ts'
import { usageError } from './errors.ts'
import type { ProcessIo } from './io.ts'

/** What every connector has, whatever it connects. */
export const COMMON_SETTINGS: readonly Setting[] = [
  {
    env: 'CONNECTOR_STORE',
    needed: 'no',
    description: 'database URL',
    howToGet: 'sqlite:PATH (default sqlite:.connector/store.db), or memory: to keep nothing after the process ends.',
  },
  {
    env: 'CONNECTOR_SPEC',
    needed: 'no',
    description: 'the folder that holds connector.yaml',
    howToGet:
      'Copy connector.yaml, fields.yaml and mappings/ of this package and change them; default is the package itself.',
  },
  {
    env: 'CONNECTOR_KEY',
    needed: 'no',
    description: 'encrypts stored credentials: 32 bytes, base64',
    howToGet: '`openssl rand -base64 32` makes one. Default: a file beside the store, readable by its owner alone.',
  },
  {
    env: 'CONNECTOR_URL',
    needed: 'no',
    description: 'the address under which others reach this connector',
    howToGet:
      'E.g. https://connector.example.com. Set-up shows it in the addresses to paste; default is the one in your browser.',
  },
  { env: 'PORT', needed: 'no', description: 'the port `start` listens on', howToGet: 'Default 3000.' },
  {
    env: 'HOST',
    needed: 'no',
    description: 'the address `start` listens on',
    howToGet: 'Default 127.0.0.1; in a container 0.0.0.0, behind something that speaks TLS.',
  },
  {
    env: 'CONNECTOR_PASSWORD',
    needed: 'no',
    description: 'password for the console',
    howToGet:
      "Needed where `start` listens on another address than this machine's own; asked for on every address once it is set.",
  },
  {
    env: 'LOG_LEVEL',
    needed: 'no',
    description: 'how much is logged',
    howToGet: 'debug, info, warn, error or silent. Default: info for `start`, warn for the other commands.',
  },
]

/** Reads both places. Values are trimmed, since secrets mounted as files often end in a newline. */
export async function readSettings(io: Pick<ProcessIo, 'cwd' | 'env'>): Promise<Env> {
  const file = await readFile(join(io.cwd, '.env'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  // Windows editors put a byte order mark before the first name.
  const both = [parseEnv(file.replace(/^\uFEFF/, '')), io.env]
  const given = both.flatMap((place) => Object.entries(place).map(([name, value]) => [name, value?.trim()] as const))
  return Object.fromEntries(given.filter(([, value]) => value))
}

/** Stops with exit code 2 when a setting that the command needs is absent, and says how to get each. */
export function requireSettings(app: CliApp, env: Env, needs: readonly Setting['needed'][], hint: string): void {
  const missing = app.settings.filter((it) => needs.includes(it.needed) && env[it.env] === undefined)
  if (missing.length === 0) return
  const count = missing.length === 1 ? 'A setting is missing' : `${missing.length} settings are missing`
  const list = missing.map((it) => `  ${it.env}: ${it.description}\n      ${it.howToGet}`)
  throw usageError(`${count}:\n\n${list.join('\n')}\n\nSet them in the environment or in .env. ${hint}`.trimEnd())
}
