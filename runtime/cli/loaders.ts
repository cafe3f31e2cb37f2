/** How a spec is read and a store is opened. Tests hand the commands their own. */
import type { Clock } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { Loaded, LoadOptions } from '../spec/load.ts'
import type { CliApp } from './app.ts'

export interface Loaders {
  /** A spec without errors, or none; and every complaint either way. */
  spec(folder: URL, app: Pick<CliApp, 'functions' | 'names'>, options?: Pick<LoadOptions, 'checkOnly'>): Promise<Loaded>
  store(url: string, options: { readonly clock: Clock }): Promise<Store>
}

/** Loaded when they are needed: the help, a trace and a replay read no spec. */
export const loaders: Loaders = {
  spec: async (folder, { functions, names }, options) =>
    (await import('../spec/load.ts')).loadSpec(folder, { functions, names, ...options }),
  store: async (url, options) => (await import('../store/open.ts')).openStore(url, options),
}
