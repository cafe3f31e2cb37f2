/** Opens what a command works with, and closes it again however the command ends. */
import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Connections } from '../auth/connections.ts'
import type { Connector } from '../connector.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import { render } from '../spec/diagnostic.ts'
import type { Loaded } from '../spec/load.ts'
import type { Spec } from '../spec/spec.ts'
import type { Env, Setting } from './app.ts'
import type { CommandContext } from './command.ts'
import { encryptionKeyFor, storeFile } from './encryption-key.ts'
import { CliError, EXIT_CODES, usageError } from './errors.ts'
import { requireSettings } from './settings.ts'

export const DEFAULT_STORE_URL = 'sqlite:.connector/store.db'

/** What must be set before a command talks to both sides. */
export const BOTH_SIDES: readonly Setting['needed'][] = ['source', 'destination']

const IN_A_BROWSER = 'Or connect both sides in a browser: connector start'

export interface OpenWith {
  readonly needs: readonly Setting['needed'][]
  /** Instead of the context's settings. */
  readonly env?: Env
  /** Instead of `CONNECTOR_STORE`. */
  readonly store?: string
  /** What to do about a missing setting, where there is more to say. */
  readonly hint?: string
}

export interface Opened {
  readonly spec: Spec
  readonly store: Store
  readonly connector: Connector
  readonly account?: Connections
}

/** Settings, spec, store and connector, in this order: the cheapest complaint comes first. */
export async function withConnector<T>(
  context: CommandContext,
  options: OpenWith,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { app, io, logger } = context
  const env = options.env ?? context.env
  const url = urlOf(context, options.store)
  // What is not set may be in the store, if there is one.
  const stored = app.account !== undefined && isThere(url)
  const hint = options.hint ?? (app.account ? IN_A_BROWSER : '')
  if (!stored) requireSettings(app, env, options.needs, hint)
  const { spec } = await loadSpecOrExit(context)
  return withStore(
    context,
    async (store) => {
      const { clock, fetch, random } = io
      const base = { env, spec, store, clock, fetch, random, logger }
      const account = await app.account?.({ ...base, key: encryptionKeyFor(env, url) })
      try {
        if (account && stored) await requireLogins(context, account, { ...options, hint })
        const connector = await app.open({ ...base, ...(account && { account }) })
        try {
          return await use({ spec, store, connector, ...(account && { account }) })
        } finally {
          await connector.close()
        }
      } finally {
        account?.close()
      }
    },
    options.store,
  )
}

/** The settings that neither the environment nor set-up gave. */
async function requireLogins({ app, env }: CommandContext, account: Connections, options: OpenWith): Promise<void> {
  const { source, destination } = await account.setup.view()
  const signed = (await account.secrets()).length > 0
  const known = { source: source.by !== undefined, destination: destination.by !== undefined, webhook: signed }
  const needs = options.needs.filter((need) => !(need in known && known[need as keyof typeof known]))
  requireSettings(app, options.env ?? env, needs, options.hint ?? '')
}

/** Whether the store may hold anything yet. */
function isThere(url: string): boolean {
  const file = storeFile(url)
  return file === undefined ? !url.includes('memory:') : existsSync(file)
}

const urlOf = ({ env, io }: CommandContext, named?: string): string =>
  storeUrl(named ?? env.CONNECTOR_STORE ?? DEFAULT_STORE_URL, io.cwd)

/** The store that `CONNECTOR_STORE` names, or `url`. */
export async function withStore<T>(
  context: CommandContext,
  use: (store: Store) => Promise<T>,
  url?: string,
): Promise<T> {
  const { clock } = context.io
  const store = await context.load.store(urlOf(context, url), { clock }).catch(badSetting)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** The same, for commands that look into one: a misspelt place would have them say that nothing ever came. */
export async function withExistingStore<T>(context: CommandContext, use: (store: Store) => Promise<T>): Promise<T> {
  const file = storeFile(urlOf(context))
  if (file !== undefined && !existsSync(file))
    context.note(`There was no store at ${file}, so a new one is looked into. Is CONNECTOR_STORE right?`)
  return withStore(context, use)
}

/** A store that cannot be opened for its URL's sake is a setting to change: exit code 2. */
function badSetting(error: unknown): never {
  throw error instanceof Fault && error.kind === 'config' ? usageError(`CONNECTOR_STORE: ${error.message}`) : error
}

/** `sqlite:PATH` is relative to the working directory, like `.env`. */
export function storeUrl(name: string, cwd: string): string {
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(name)?.[1]
  return path === undefined || path === ':memory:' || isAbsolute(path) ? name : `sqlite:${join(cwd, path)}`
}

/** A folder named on the command line or by `CONNECTOR_SPEC`, else the one that comes with the package. */
export function specFolder({ app, env, io }: CommandContext, named?: string): URL {
  const folder = named ?? env.CONNECTOR_SPEC
  return folder === undefined ? app.specFolder : pathToFileURL(`${resolve(io.cwd, folder)}/`)
}

export type CheckedSpec = Loaded & { readonly spec: Spec }

/**
 * A spec without errors, with all that was loaded, from a folder named on the command line or the usual one.
 * Otherwise they are printed and the command ends with exit code 3.
 */
export async function loadSpecOrExit(context: CommandContext, named?: string): Promise<CheckedSpec> {
  const loaded = await context.load.spec(specFolder(context, named), context.app)
  const { spec, diagnostics } = loaded
  if (spec !== undefined) return { ...loaded, spec }
  for (const diagnostic of diagnostics) context.note(`${render(diagnostic, context.colorNotes)}\n`)
  throw new CliError(EXIT_CODES.spec, 'the spec is invalid; nothing was done. `connector validate` checks it again')
}
