/** A console that edits a spec of its own: a copy of the shipped one in a folder, which a real connector runs and reloads. */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { connectorFromSpec } from '../../connector/index.ts'
import { loadConnectorSpec, specLanguage } from '../../connector/spec.ts'
import { createReloadableConnector } from '../../runtime/cli/reload/reloadable-connector.ts'
import { createConsole } from '../../runtime/console/index.ts'
import type { ConsoleOptions, VisitorAccess } from '../../runtime/console/types.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { toFault } from '../../runtime/ports/fault.ts'
import { openEditableFolder } from '../../runtime/spec-editing/spec-folder.ts'
import type { EditableSpec } from '../../runtime/spec-editing/types.ts'
import { silentLogger } from '../../runtime/system.ts'
import { startConnector } from './connector-harness.ts'
import { browser, LOCAL } from './console.ts'
import type { Cleanup } from './processes/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A copy of the shipped spec, and its removal. */
export function copySpec(
  closing: Cleanup,
  from: readonly string[] = ['connector.yaml', 'fields.yaml', 'mappings', 'recipes'],
) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'spec-')))
  closing.add(folder, async () => rmSync(folder, { recursive: true, force: true }))
  for (const name of from)
    cpSync(join(root, name), join(folder, name.replace(/^examples\/own-spec\/?/, '')), { recursive: true })
  return {
    folder,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    write: (path: string, text: string) => writeFileSync(join(folder, path), text),
  }
}

export interface EditingOptions {
  readonly may?: VisitorAccess
  readonly from?: readonly string[]
  readonly editable?: Partial<EditableSpec>
  readonly console?: Partial<ConsoleOptions>
}

export async function openEditingConsole(closing: Cleanup, options: EditingOptions = {}) {
  const copy = copySpec(closing, options.from)
  const url = pathToFileURL(`${copy.folder}/`)
  const spec = await loadConnectorSpec(url)
  const shop = await startConnector({ conversations: 20, tickets: 15, connector: { settings: { spec } } })
  const { store, clock } = shop
  const running = createReloadableConnector(shop.connector)
  await running.connector.adoptSpec()
  const fetch: Fetch = async (request) =>
    request.url.startsWith('https://a.klaviyo.com') ? shop.klaviyo.fetch(request) : shop.intercom.fetch(request)
  const reload: EditableSpec['reload'] = async ({ acceptNewKeys }) => {
    try {
      const effects = { clock, fetch, random: () => 0.5, logger: silentLogger }
      const secrets = { intercomAccessToken: 'test-token', intercomClientSecret: shop.secret, klaviyoApiKey: 'pk_test' }
      const spec = await loadConnectorSpec(url)
      const next = connectorFromSpec(spec, store, { ...effects, secrets, settings: { acceptNewKeys } })
      await next.adoptSpec()
      await running.replace(next)
      return undefined
    } catch (error) {
      return toFault(error).message
    }
  }
  const specFiles: EditableSpec = {
    ...openEditableFolder(url),
    ...specLanguage(),
    reload,
    ...options.editable,
  }
  const pages = createConsole({
    app: { name: 'connector', version: '1.2.3', summary: 'A test.' },
    ...{ connector: running.connector, clock, logger: silentLogger, specFiles },
    signal: new AbortController().signal,
    visitor: () => ({ id: 'v1', name: 'Vera', may: options.may }),
    ...options.console,
  })
  const client = browser(pages, LOCAL)
  const fieldsOf = (page: string, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '']))
  return {
    ...{ ...shop, ...copy, client, pages, running, specFiles },
    /** Sends the form of a file with another text. */
    async send(
      path: string,
      name: string,
      text: string,
      fields: Readonly<Record<string, string>> = {},
      accept = 'text/html',
    ) {
      const from = `/mappings/file?name=${encodeURIComponent(name)}`
      const form = fieldsOf(await client.text(from), ['name', 'opened'])
      return client.post(path, { ...form, name, text, ...fields }, { from, headers: { accept } })
    },
    fieldsOf,
  }
}
