/** Runs commands of the whole connector in this process, against the sandbox's servers over sockets. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cliApp } from '../../connector/cli-app.ts'
import { intercomToKlaviyo } from '../../connector/index.ts'
import { loaders } from '../../runtime/cli/loaders.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { openStore } from '../../runtime/store/open.ts'
import { systemClock, systemFetch, systemRandom } from '../../runtime/system.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { runCommand } from './cli-fake.ts'

export interface Workplace {
  /** The working directory, with the store. */
  readonly folder: string
  /** `fetch`: default, the real one. */
  run(
    argv: readonly string[],
    options?: { readonly fetch?: Fetch; readonly env?: Record<string, string> },
  ): ReturnType<typeof runCommand>
  /** A connector on the same store, as `start` has it. */
  open(spec?: URL): ReturnType<typeof openConnector>
}

export function createWorkplace(sandbox: Sandbox): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'))
  const env = { ...sandbox.env, CONNECTOR_STORE: `sqlite:${join(folder, 'store.db')}` }
  return {
    folder,
    run: (argv, options = {}) =>
      runCommand(argv, {
        app: cliApp,
        load: loaders,
        env: { ...env, ...options.env },
        cwd: folder,
        clock: systemClock,
        fetch: options.fetch ?? systemFetch,
        random: systemRandom,
      }),
    open: (spec) => openConnector(env, spec),
  }
}

async function openConnector(env: Readonly<Record<string, string>>, spec?: URL) {
  const store = await openStore(env.CONNECTOR_STORE ?? '', { clock: systemClock })
  const connector = await intercomToKlaviyo({
    store,
    secrets: {
      intercomAccessToken: env.INTERCOM_ACCESS_TOKEN,
      intercomClientSecret: env.INTERCOM_CLIENT_SECRET,
      klaviyoApiKey: env.KLAVIYO_API_KEY,
    },
    settings: { spec, intercomBaseUrl: env.INTERCOM_BASE_URL, klaviyoBaseUrl: env.KLAVIYO_BASE_URL },
  })
  const close = async () => {
    await connector.close()
    await store.close()
  }
  return { connector, store, close }
}

/** All files below a folder, by name. */
export const readFolder = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [
        join(parentPath, name).slice(folder.length + 1),
        readFileSync(join(parentPath, name), 'utf8'),
      ]),
  )
