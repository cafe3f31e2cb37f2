/** The alerts of one connector: where they go, and what was sent. */
import type { Connector } from '../connector.ts'
import type { Health } from '../health/types.ts'
import { connectorName } from '../lib/format.ts'
import type { Clock, Fetch, Logger } from '../ports/effects.ts'
import { Alerter, type LastAlert } from './alerter.ts'
import {
  createChannels,
  DEFAULT_FAILED_RECORDS,
  readSealedSettings,
  type SealedSettings,
  saveSettings,
} from './settings.ts'
import type { AlertChannel, AlertSettings } from './types.ts'

export interface AlertingOptions {
  readonly connector: Pick<Connector, 'spec' | 'store'>
  /** Settings of the environment or a host. They win over those entered in the console. */
  readonly settings: AlertSettings
  /** Absent: nothing can be entered in the console. */
  readonly sealed?: SealedSettings | undefined
  readonly consoleUrl?: string | undefined
  readonly fetch: Fetch
  readonly clock: Clock
  readonly logger: Logger
  readonly randomId: () => string
}

export class Alerting {
  readonly #options: AlertingOptions
  readonly #alerter: Alerter

  constructor(options: AlertingOptions) {
    this.#options = options
    this.#alerter = new Alerter({
      ...options,
      store: options.connector.store,
      connector: connectorName(options.connector.spec),
      console: options.consoleUrl,
      channels: () => this.channels(),
      failedRecords: async () => (await this.#settings()).failedRecords ?? DEFAULT_FAILED_RECORDS,
    })
  }

  /** Settings of the environment or the host. */
  get fixed(): AlertSettings {
    return this.#options.settings
  }

  /** Whether settings can be entered and kept. */
  get isEditable(): boolean {
    return this.#options.sealed !== undefined
  }

  /** What was entered. Secrets among it must not be shown. */
  saved(): Promise<AlertSettings> {
    return readSealedSettings(this.#options.sealed)
  }

  /** Throws a config `Fault`, and saves nothing, if a channel cannot work. */
  async save(settings: AlertSettings): Promise<void> {
    const { sealed } = this.#options
    if (sealed === undefined) return
    createChannels({ ...settings, ...this.fixed }, this.#options)
    await saveSettings(sealed, settings)
  }

  async channels(): Promise<readonly AlertChannel[]> {
    return createChannels(await this.#settings(), this.#options)
  }

  handle(health: Health, signal: AbortSignal): Promise<void> {
    return this.#alerter.handle(health, signal)
  }

  test(signal: AbortSignal): Promise<Readonly<Record<string, string | null>>> {
    return this.#alerter.test(signal)
  }

  last(): Promise<LastAlert | undefined> {
    return this.#alerter.last()
  }

  async #settings(): Promise<AlertSettings> {
    return { ...(await this.saved()), ...this.fixed }
  }
}
