/** Describes a connector to the commands: its settings, spec, labels and parts. No command names a vendor. */

import type { Connections, DeliveryConnections } from '../auth/connections.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import type { TemplateTags } from '../catalog/types.ts'
import type { SessionParts } from '../conformance/recording/session.ts'
import type { RedactionRules } from '../conformance/redact/types.ts'
import type { Connector } from '../connector.ts'
import type { VendorLinks } from '../console/types.ts'
import type { FunctionTable } from '../expression/functions.ts'
import type { FaultCode } from '../fault-reference.ts'
import type { Destination } from '../ports/destination.ts'
import type { Clock, Fetch, Logger, Random } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { VendorRules } from '../spec/check/vendor/vendor-rules.ts'
import type { NamedBases } from '../spec/extends/layers.ts'
import type { Spec } from '../spec/spec.ts'

/** The environment with `.env` under it. An empty value counts as absent. */
export type Env = Readonly<Record<string, string | undefined>>

/** One environment variable, for the help text, the error about a missing one and `.env.example`. */
export interface Setting {
  readonly env: string
  /**
   * `source`, `destination`: required by every command that calls that side. `webhook`: required by `start`, which
   * verifies signatures with it. `no`: optional.
   */
  readonly needed: 'source' | 'destination' | 'webhook' | 'no'
  /** A few words without a full stop. */
  readonly description: string
  /** Where to find the value, or the default: one or two sentences. */
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
  /** Credentials that setup stores. Absent: only `env` holds any. */
  readonly connections?: DeliveryConnections
  /** Replaces the destination, or wraps it: for tests and recordings, which send nothing. */
  readonly wrapDestination?: NonNullable<SessionParts['wrapDestination']>
  /** Metrics whose new keys may count delivered events again. */
  readonly acceptNewKeys?: readonly string[]
}

export interface SandboxOptions {
  /** By the names of `CliApp.sandboxPorts`. Absent: any free port. */
  readonly ports?: Readonly<Record<string, number>>
  /** Size of the generated history. */
  readonly conversations?: number
  readonly tickets?: number
  /** The name of a course to play in place of random activity. */
  readonly course?: string | undefined
  /** Called with a text for each step of the course. */
  readonly onStep?: ((text: string) => void) | undefined
  readonly signal: AbortSignal
}

/** A fixed sequence of events that the sandbox plays, such as a webhook that is lost. */
export interface SandboxCourse {
  readonly name: string
  readonly summary: string
}

/** Running mock servers of the source and the destination. */
export interface Sandbox {
  /** Settings that connect a connector to it. */
  readonly env: Readonly<Record<string, string>>
  /** The same with OAuth clients instead of credentials, to try setup. */
  readonly oauthEnv?: Readonly<Record<string, string>>
  /** Accepts the consent page at this URL. Resolves to the redirect back to the connector. */
  acceptConsent?(address: URL): Promise<URL>
  /** Base address of each server, by the names of `CliApp.sandboxPorts`. */
  readonly addresses: Readonly<Record<string, string>>
  /** Starts live activity or the course, and posts their signed webhooks to this URL. */
  sendWebhooks?(webhook: URL): void
  /** Makes something happen whose webhook is lost. Resolves to what it was, as a text. */
  loseWebhook?(): Promise<string>
  close(): Promise<void>
}

/** What `init` begins a spec with. */
export interface Template {
  /** Copied as it is; a first line that names a schema in `schemas` beside it names the copy's own instead. */
  readonly folder: URL
  /** As npm knows the connector, for the dependencies of a `package.json`. */
  readonly packageName: string
}

export interface ConformanceParts {
  /** Fits messages into the destination's limits, as sending does. */
  readonly fit: Destination['fit']
  /** Fault codes beside those of the runtime. */
  readonly faultCodes: readonly FaultCode[]
}

export interface CliApp {
  readonly name: string
  /** Name of the command. Default: `connector`. */
  readonly program?: string
  /** Commands that have nothing to work on, such as `recipes`, by their first words. Default: none. */
  readonly omittedCommands?: readonly string[]
  readonly version: string
  readonly summary: string
  /** Product names for texts. */
  readonly labels: { readonly source: string; readonly destination: string }
  /** The repository: `homepage` of package.json. Holds the reference pages of fault codes. */
  readonly homepage: string
  /** The issue tracker: `bugs` of package.json. */
  readonly bugsUrl: string
  /** Settings of this connector. The commands add those of every connector (store, port, log level). */
  readonly settings: readonly Setting[]
  /** The spec shipped in the package; a `connector.yaml` in the working directory and `CONNECTOR_SPEC` override it. */
  readonly specFolder: URL
  /** Its cases. Absent: `tests/` in its folder, as of every other spec. */
  readonly casesFolder?: URL
  /** Specs that `extends` in a connector.yaml may name. Absent: none. */
  readonly bases?: NamedBases
  /** Absent: `init` is refused. */
  readonly template?: Template
  readonly functions: FunctionTable
  /** What its code knows of the vendors, for the checks of a spec. */
  readonly rules?: VendorRules
  /** What only its code knows of credentials and phone numbers, for recordings. */
  readonly loadRedaction?: () => Promise<Pick<RedactionRules, 'tokens' | 'readPhone'>>
  /** Link to a metric at the destination, and the path to it through the menus. */
  readonly metricUrl?: (metric: string) => { readonly href: string; readonly label: string }
  /** Links of the console to the applications of the vendors, by the settings. Absent: it has none. */
  readonly vendorLinks?: (env: Readonly<Record<string, string | undefined>>) => VendorLinks
  /** For the descriptions of metrics. Absent: they name no tags. */
  readonly templateTags?: TemplateTags
  /** Opens the credentials that setup stores. Absent: only the environment provides any. */
  readonly openConnections?: (
    options: Omit<OpenOptions, 'connections'> & { readonly encryptionKey: EncryptionKey },
  ) => Promise<Connections>
  /** Assembles a connector. Requires no credentials: a preview has none. */
  open(options: OpenOptions): Promise<Connector>
  /** What the cases of a spec need of this connector's code. Absent: they cannot be run. */
  readonly openConformance?: (spec: Spec, logger: Logger) => Promise<ConformanceParts>
  /** The sandbox's servers and their default ports; each adds an option `--NAME-port` to `sandbox`. */
  readonly sandboxPorts?: Readonly<Record<string, number>>
  /** Absent: there are no mock servers, and no commands for them. */
  readonly startSandbox?: (options: SandboxOptions) => Promise<Sandbox>
  /** Courses of events that the sandbox can play. Absent: none. */
  readonly listCourses?: () => Promise<readonly SandboxCourse[]>
}
