/** The entry for hosts at the edge, such as Workers: receives webhooks and delivers them, from a built spec. */
import type { Pipeline } from '../runtime/connector.ts'
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

/**
 * Creates what receives and delivers. Imports, reconciliation, previews and checks are in the package's main entry, on the same
 * store: a command or another host runs them.
 */
export async function intercomToKlaviyo({ interpreter, ...options }: EdgeOptions): Promise<Pipeline> {
  const { spec: from } = options.settings
  const spec = 'createSpec' in from ? await loadBuiltSpec(from, interpreter) : from
  await preloadFunctions(options.logger ?? silentLogger)
  return createPipeline(createPipelineOptions(spec, options.store, options).pipeline).pipeline
}

export type { Pipeline, SpecBundle }
