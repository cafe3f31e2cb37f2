/** How a spec is read and a store is opened. Tests hand the commands their own. */
import type { FunctionTable } from '../expression/functions.ts'
import type { Clock, Store } from '../ports.ts'
import type { Loaded, LoadOptions } from '../spec/load.ts'

export interface Loaders {
  /** A spec without errors, or none; and every complaint either way. */
  spec(folder: URL, functions: FunctionTable, options?: Pick<LoadOptions, 'checkOnly'>): Promise<Loaded>
  store(url: string, options: { readonly clock: Clock }): Promise<Store>
}

/** Loaded when they are needed: the help, a trace and a replay read no spec. */
export const loaders: Loaders = {
  spec: async (folder, functions, options) =>
    (await import('../spec/load.ts')).loadSpec(folder, { functions, ...options }),
  store: async (url, options) => (await import('../store/open.ts')).openStore(url, options),
}
