/** What a connector's package hands to the commands, so that they need to know no vendor. */
import type { Connections } from '../auth/connections.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import type { Connector } from '../connector.ts'
import type { FunctionTable } from '../expression/functions.ts'
import type { Clock, Fetch, Logger, Random } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { DestinationNames } from '../spec/check/destination.ts'
import type { Spec } from '../spec/spec.ts'

/** The environment with `.env` under it. An empty value counts as absent. */
export type Env = Readonly<Record<string, string | undefined>>

/** One environment variable, described once: for the help, for "missing" and for `.env.example`. */
export interface Setting {
  readonly env: string
  /**
   * Without it: `source`, `destination`, nothing that talks to that side runs; `webhook`, no notification can be
   * verified, so only `start` refuses; `no`, it has a default.
   */
  readonly needed: 'source' | 'destination' | 'webhook' | 'no'
  /** What it is, in a few words, without a full stop. */
  readonly description: string
  /** How to get it, in one or two sentences. */
  readonly howToGet: string
}

export interface OpenOptions {
  readonly env: Env
  readonly spec: Spec
  readonly store: Store
  readonly clock: Clock
  readonly fetch: Fetch
  readonly random: Random
  readonly logger: Logger
  /** Where log-ins are kept, if the connector can keep any. */
  readonly account?: Connections
}

export interface SandboxOptions {
  /** By the names of `CliApp.sandboxPorts`. Absent: any free port. */
  readonly ports?: Readonly<Record<string, number>>
  /** How much history there is. */
  readonly conversations?: number
  readonly tickets?: number
  readonly signal: AbortSignal
}

/** Local servers that stand in for both sides. */
export interface Sandbox {
  /** Settings that point a connector at it. */
  readonly env: Readonly<Record<string, string>>
  /** The same without credentials, but with OAuth clients: for who wants to go through set-up. */
  readonly install?: Readonly<Record<string, string>>
  /** A person says yes on the page at this address; resolves to where the browser is sent back. */
  consent?(address: URL): Promise<URL>
  /** Base address of each server, by the names of `CliApp.sandboxPorts`. */
  readonly addresses: Readonly<Record<string, string>>
  /** From now on new things happen, and their signed notifications go to this address. */
  notify?(webhook: URL): void
  close(): Promise<void>
}

export interface CliApp {
  readonly name: string
  readonly version: string
  readonly summary: string
  /** Of both sides. What every connector has (store, port, log level) the commands add themselves. */
  readonly settings: readonly Setting[]
  /** The spec that comes with the package; `CONNECTOR_SPEC` names another. */
  readonly specFolder: URL
  readonly functions: FunctionTable
  /** What a spec may say of the destination by name. Absent: anything. */
  readonly names?: DestinationNames
  /** Where the destination shows a metric, by the name it has there: a link and its words. */
  readonly metricUrl?: (metric: string) => { readonly href: string; readonly words: string }
  /** Log-ins kept in the store, beside those of the environment. Absent: the environment alone gives credentials. */
  readonly account?: (options: Omit<OpenOptions, 'account'> & { readonly key: EncryptionKey }) => Promise<Connections>
  /** Joins the parts. Asks for no credentials: a preview has none. */
  open(options: OpenOptions): Promise<Connector>
  /** The sandbox's servers and their usual ports: each gives `sandbox` an option `--NAME-port`. */
  readonly sandboxPorts: Readonly<Record<string, number>>
  sandbox(options: SandboxOptions): Promise<Sandbox>
}
