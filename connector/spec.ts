/** Loads a spec, by default this package's own: `connector.yaml` and its mappings. */
import { existsSync } from 'node:fs'
import { Fault } from '../runtime/ports/fault.ts'
import type { NamedBases } from '../runtime/spec/extends/layers.ts'
import type { LoadOptions } from '../runtime/spec/load.ts'
import { loadBundle, type SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { openSpecFolder } from '../runtime/spec/spec-files.ts'
import type { Overlay, SpecOverlays } from '../runtime/spec/spec-overlays.ts'
import { functions } from './functions/index.ts'
import type { Settings } from './options.ts'
import { vendorRules } from './spec-rules.ts'

/** One folder up in a checkout, two in the compiled package. A function, not a constant: a bundled module has no URL. */
export function specFolder(): URL {
  // In a CommonJS bundle and in a Worker; elsewhere a bundle has a place, but no spec beside it.
  if (!import.meta.url) throw new Fault('config', 'spec/no-folder', NO_FOLDER)
  const folders = ['../', '../../'].map((up) => new URL(up, import.meta.url))
  return folders.find((folder) => existsSync(new URL('connector.yaml', folder))) ?? new URL('../', import.meta.url)
}

const NO_FOLDER =
  'a bundle has no folder with the shipped spec: write it with `connector build --out spec.js`, and pass its export `built` as settings.spec'

/** The shipped spec, by the name that `extends` gives it. */
export const namedBases = (): NamedBases => new Map([['intercom-to-klaviyo', openSpecFolder(specFolder())]])

/** What files of a spec are checked by, for `specFiles` of the console. */
export const specLanguage = (): Pick<LoadOptions, 'functions' | 'rules' | 'bases'> => ({
  functions,
  rules: vendorRules,
  bases: namedBases(),
})

/**
 * Loads and checks a spec from a folder, or loads what `connector build` wrote: in a hundredth of the time, without the parsers.
 * Throws a config `Fault` that lists every error with its place.
 */
export async function loadConnectorSpec(from: URL | SpecBundle = specFolder()): Promise<Spec> {
  if (!(from instanceof URL)) return loadBundle(from, { functions, loadInterpreter })
  // Imported on first use: a host may pass a built spec and never need the YAML and expression parsers.
  const { assertLoaded, loadSpec } = await import('../runtime/spec/load.ts')
  return assertLoaded(await loadSpec(from, { functions, rules: vendorRules, bases: namedBases() }))
}

/** A spec that is loaded, as it is. Others as `loadConnectorSpec` loads them. */
export const openConnectorSpec = async (from: Settings['spec']): Promise<Spec> =>
  from !== undefined && 'mappings' in from ? from : loadConnectorSpec(from)

const loadInterpreter = async () => (await import('../runtime/expression/text-interpreter.ts')).expressionInterpreter

/** By the shared spec, so that nothing of it outlives it. */
const overlaysOf = new WeakMap<Spec, SpecOverlays>()

/**
 * A tenant's spec: `shared` with the files of `overlay` over it. Its first overlay compiles the shared spec again; each
 * one after it costs only what it changes. Throws a config `Fault` that lists every error with its place.
 */
export async function loadOverlay(shared: Spec, overlay: Overlay): Promise<Spec> {
  const { SpecOverlays } = await import('../runtime/spec/spec-overlays.ts')
  const overlays = overlaysOf.get(shared) ?? new SpecOverlays(shared, { functions, rules: vendorRules })
  overlaysOf.set(shared, overlays)
  return overlays.load(overlay)
}
