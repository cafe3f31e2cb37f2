/** Loads specs and opens stores for the commands. Tests pass their own. */
import type { Clock } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { LoadedSpec, LoadOptions } from '../spec/load.ts'
import type { CliApp } from './app.ts'

export interface Loaders {
  /** The spec, absent if it has errors, with every diagnostic. */
  spec(
    folder: URL,
    app: Pick<CliApp, 'functions' | 'rules' | 'bases'>,
    options?: Pick<LoadOptions, 'checkOnly' | 'runTrials' | 'ignoreLock' | 'files'>,
  ): Promise<LoadedSpec>
  store(url: string, options: { readonly clock: Clock }): Promise<Store>
}

/** Imported on first use: help, `trace` and `dead-letters` load no spec. */
export const loaders: Loaders = {
  spec: async (folder, { functions, rules, bases }, options) =>
    (await import('../spec/load.ts')).loadSpec(folder, { functions, rules, bases, ...options }),
  store: async (url, options) => (await import('../store/open.ts')).openStore(url, options),
}
