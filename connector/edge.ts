/** The entry for hosts at the edge, such as Workers: receives webhooks and delivers them, from a built spec. */
import type { Connector, Pipeline } from '../runtime/connector.ts'
import { createPipeline } from '../runtime/create-pipeline.ts'
import type { ExpressionInterpreter } from '../runtime/expression/text-interpreter.ts'
import type { Store } from '../runtime/ports/store.ts'
import { loadBundle, type SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { silentLogger } from '../runtime/system.ts'
import { functions, preloadFunctions } from './functions/index.ts'
import type { ConnectorOptions, Settings } from './options.ts'
import { createPipelineOptions } from './pipeline-options.ts'

export interface EdgeOptions extends Omit<ConnectorOptions, 'settings' | 'store' | 'overlay'> {
  /** No default: what is kept in the memory of a Worker is lost with it, and a webhook answered with 200 is not sent again. */
  readonly store: Store
  /** The built spec is the export `built` of what `connector build --out spec.js` wrote; tenants can share what `loadBuiltSpec` made of it. */
  readonly settings: Omit<Settings, 'spec'> & { readonly spec: Spec | SpecBundle }
  /**
   * From the entry `./interpreter`, which adds JSONata to the bundle: for a spec with expressions that are not compiled, and
   * for faults that say why an expression failed.
   */
  readonly interpreter?: ExpressionInterpreter | undefined
}

/** Rejects with a config `Fault` if another version of the package built the spec. */
export const loadBuiltSpec = (built: SpecBundle, interpreter?: ExpressionInterpreter): Promise<Spec> =>
  loadBundle(built, { functions, ...(interpreter && { loadInterpreter: async () => interpreter }) })

/** Receives, delivers, and looks for what no webhook told: call `reconcile` by a cron trigger. */
export interface EdgePipeline extends Pipeline, Pick<Connector, 'reconcile'> {}

/**
 * Creates what receives, delivers and reconciles. Imports, previews and checks are in the package's main entry, on the same
 * store: a command or another host runs them.
 */
export async function intercomToKlaviyo({ interpreter, ...options }: EdgeOptions): Promise<EdgePipeline> {
  const { spec: from } = options.settings
  const spec = 'createSpec' in from ? await loadBuiltSpec(from, interpreter) : from
  await preloadFunctions(options.logger ?? silentLogger)
  const given = createPipelineOptions(spec, options.store, options).pipeline
  const { pipeline, parts, accounts, processIdentity, shared } = createPipeline(given)
  const reading = {
    ...{ ...shared, spec, store: pipeline.store, lookups: parts.lookups, gate: accounts.gate, processIdentity },
    ...{ clock: given.clock, logger: given.logger, pin: (signal: AbortSignal) => accounts.pin(signal) },
  }
  return {
    ...pipeline,
    async reconcile(reconcileOptions) {
      // Imported here: a Worker that only receives and delivers starts without it.
      const { reconcileOnce } = await import('../runtime/reconcile/poller.ts')
      return reconcileOnce(reading, reconcileOptions)
    },
  }
}

export { optionsFromEnv } from './environment.ts'

export type { Pipeline, SpecBundle }
