/** Opens spec, store and connector for a command and closes them however it ends. */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Connections } from '../auth/connections.ts'
import type { Connector } from '../connector.ts'
import type { Fetch } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Spec } from '../spec/spec.ts'
import type { Env, OpenOptions, Setting } from './app.ts'
import type { CommandContext } from './command.ts'
import { encryptionKeyFor, storeFile } from './encryption-key.ts'
import { usageError } from './errors.ts'
import { type CheckedSpec, loadSpecOrExit } from './load-spec.ts'
import { loadLogLibrary } from './output/log.ts'
import { parseMetrics } from './parse.ts'
import { createProxiedFetch } from './proxy/proxied-fetch.ts'
import { readProxySettings } from './proxy/proxy-settings.ts'
import { requireSettings } from './settings.ts'

export const DEFAULT_STORE_URL = 'sqlite:.connector/store.db'

/** Needs of a command that calls both APIs. */
export const BOTH_SIDES: readonly Setting['needed'][] = ['source', 'destination']

export interface ConnectorNeeds {
  readonly needs: readonly Setting['needed'][]
  /** Overrides the settings of the context. */
  readonly env?: Env
  /** Overrides `CONNECTOR_STORE`. */
  readonly store?: string
  /** Last sentence of the error about a missing setting. Default: how to connect in a browser. */
  readonly hint?: string
  /** Whether warnings of the spec end the command. */
  readonly strict?: boolean
  /** Metrics whose new keys may count delivered events again, separated by commas. */
  readonly acceptNewKeys?: string | undefined
}

export interface OpenConnector {
  readonly spec: Spec
  readonly store: Store
  readonly connector: Connector
  readonly connections?: Connections
  /** The spec as it was loaded. */
  readonly loaded: CheckedSpec
  /** Through the proxy of the settings, if there is one. */
  readonly fetch: Fetch
  /** Opens a connector for another spec on the same store, with the same connections, or others. The caller closes it. */
  readonly open: (spec: Spec, instead?: Partial<OpenOptions>) => Promise<Connector>
}

/** Checks the settings, then opens spec, store and connector: the cheapest check first. */
export async function withConnector<T>(
  context: CommandContext,
  options: ConnectorNeeds,
  use: (opened: OpenConnector) => Promise<T>,
): Promise<T> {
  const { app, io, logger } = context
  const env = options.env ?? context.env
  const url = storeUrlOf(context, options.store)
  const hint = options.hint ?? browserHint(context)
  // An existing store may hold credentials, so missing settings are checked after opening it.
  const mayHoldCredentials = app.openConnections !== undefined && storeExists(url)
  if (!mayHoldCredentials) requireSettings(app, env, options.needs, hint)
  loadLogLibrary()
  const proxy = readProxySettings(env)
  const loaded = await loadSpecOrExit(context, undefined, options.strict)
  const { spec } = loaded
  const { acceptNewKeys: names } = options
  const acceptNewKeys = names === undefined ? [] : parseMetrics(names, spec, '--accept-new-keys')
  const fetch = proxy ? await createProxiedFetch(proxy, io.fetch) : io.fetch
  return withStore(
    context,
    async (store) => {
      const { clock, random } = io
      const base = { env, spec, store, clock, fetch, random, logger }
      const connections = await app.openConnections?.({ ...base, encryptionKey: encryptionKeyFor(env, url) })
      try {
        if (connections && mayHoldCredentials) await requireCredentials(context, connections, { ...options, hint })
        const shared = connections && { connections }
        const open: OpenConnector['open'] = (spec, instead) =>
          app.open({ ...base, spec, acceptNewKeys, ...shared, ...instead })
        const connector = await open(spec)
        try {
          return await use({ spec, store, connector, loaded, fetch, open, ...shared })
        } finally {
          await connector.close()
        }
      } finally {
        connections?.close()
      }
    },
    options.store,
  )
}

function browserHint({ app: { labels, openConnections } }: CommandContext): string {
  if (openConnections === undefined) return ''
  return `Or connect ${labels.source} and ${labels.destination} in a browser: connector start`
}

/** Throws a usage error for settings that neither the environment nor setup provides. */
async function requireCredentials(
  { app, env }: CommandContext,
  connections: Connections,
  options: ConnectorNeeds,
): Promise<void> {
  const { source, destination } = await connections.setup.view()
  const provided: Readonly<Partial<Record<Setting['needed'], boolean>>> = {
    source: source.method !== undefined,
    destination: destination.method !== undefined,
    webhook: (await connections.signingSecrets()).length > 0,
  }
  const needs = options.needs.filter((need) => !provided[need])
  requireSettings(app, options.env ?? env, needs, options.hint ?? '')
}

/** Whether the store may hold data of an earlier process. */
function storeExists(url: string): boolean {
  const file = storeFile(url)
  return file === undefined ? !url.includes('memory:') : existsSync(file)
}

const storeUrlOf = ({ env, io }: CommandContext, override?: string): string =>
  resolveStoreUrl(override ?? env.CONNECTOR_STORE ?? DEFAULT_STORE_URL, io.cwd)

/** Opens the store at `url`, by default the one of `CONNECTOR_STORE`. */
export async function withStore<T>(
  context: CommandContext,
  use: (store: Store) => Promise<T>,
  url?: string,
): Promise<T> {
  const { clock } = context.io
  const store = await context.load.store(storeUrlOf(context, url), { clock }).catch(rethrowAsUsageError)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** For commands that also run without a store: opens none that does not exist. */
export function withStoreIfAny<T>(context: CommandContext, use: (store: Store | undefined) => Promise<T>): Promise<T> {
  return storeIsThere(context) ? withStore(context, use) : use(undefined)
}

/** Whether the store of `CONNECTOR_STORE` may hold data. */
export const storeIsThere = (context: CommandContext): boolean => storeExists(storeUrlOf(context))

/** For commands that read the ledger: also warns about a store that did not exist, since its path may be misspelt. */
export async function withExistingStore<T>(context: CommandContext, use: (store: Store) => Promise<T>): Promise<T> {
  warnOfMissingStore(context)
  return withStore(context, use)
}

/** Call it before the store is opened, which creates it. */
export function warnOfMissingStore(context: CommandContext): void {
  const file = storeFile(storeUrlOf(context))
  if (file !== undefined && !existsSync(file))
    context.note(`No store at ${file}; created an empty one. Check CONNECTOR_STORE if you expected records.`)
}

function rethrowAsUsageError(error: unknown): never {
  throw error instanceof Fault && error.kind === 'config' ? usageError(`CONNECTOR_STORE: ${error.message}`) : error
}

/** Resolves `sqlite:PATH` against the working directory, as `.env` is. */
export function resolveStoreUrl(url: string, cwd: string): string {
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(url)?.[1]
  return path === undefined || path === ':memory:' || isAbsolute(path) ? url : `sqlite:${join(cwd, path)}`
}
