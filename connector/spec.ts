/** The spec that comes with the package: `connector.yaml` and the mappings beside it. */
import { existsSync } from 'node:fs'
import { Fault } from '../runtime/ports/fault.ts'
import type { SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { functions } from './functions/index.ts'
import { names } from './klaviyo/spec-names.ts'

/** One folder up in the checkout, two in the compiled package. Asked when needed: a bundle has no address. */
export function specFolder(): URL {
  const folders = ['../', '../../'].map((up) => new URL(up, import.meta.url))
  return folders.find((folder) => existsSync(new URL('connector.yaml', folder))) ?? new URL('../', import.meta.url)
}

/** Loads and checks a spec, from a folder or from what was built. Throws a config `Fault` that holds every error with its place. */
export async function loadConnectorSpec(from: URL | SpecBundle = specFolder()): Promise<Spec> {
  // What reads YAML and expressions is loaded when it is needed: a host may bring a spec it has loaded before.
  const [{ render }, { loadSpec }, { loadBundle }] = await Promise.all([
    import('../runtime/spec/diagnostic.ts'),
    import('../runtime/spec/load.ts'),
    import('../runtime/spec/load-bundle.ts'),
  ])
  const { spec, diagnostics } = await (from instanceof URL
    ? loadSpec(from, { functions, names })
    : loadBundle(from, { functions, names }))
  if (spec !== undefined) return spec
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map((one) => render(one, false))
  throw new Fault('config', 'spec/invalid', `the spec has errors:\n${errors.join('\n\n')}`)
}
