/** Loads a spec, by default this package's own: `connector.yaml` and its mappings. */
import { existsSync } from 'node:fs'
import { Fault } from '../runtime/ports/fault.ts'
import type { NamedBases } from '../runtime/spec/extends/layers.ts'
import type { SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { openSpecFolder } from '../runtime/spec/spec-files.ts'
import { functions } from './functions/index.ts'
import { vendorRules } from './spec-rules.ts'

/** One folder up in a checkout, two in the compiled package. A function, not a constant: a bundled module has no URL. */
export function specFolder(): URL {
  const folders = ['../', '../../'].map((up) => new URL(up, import.meta.url))
  return folders.find((folder) => existsSync(new URL('connector.yaml', folder))) ?? new URL('../', import.meta.url)
}

/** The shipped spec, by the name that `extends` gives it. */
export const namedBases = (): NamedBases => new Map([['intercom-to-klaviyo', openSpecFolder(specFolder())]])

/** Loads and checks a spec from a folder or a bundle. Throws a config `Fault` that lists every error with its place. */
export async function loadConnectorSpec(from: URL | SpecBundle = specFolder()): Promise<Spec> {
  // Imported on first use: a host may pass a loaded spec and never need the YAML and expression parsers.
  const [{ renderDiagnostic }, { loadSpec }, { loadBundle }] = await Promise.all([
    import('../runtime/spec/diagnostic.ts'),
    import('../runtime/spec/load.ts'),
    import('../runtime/spec/load-bundle.ts'),
  ])
  const { spec, diagnostics } = await (from instanceof URL
    ? loadSpec(from, { functions, rules: vendorRules, bases: namedBases() })
    : loadBundle(from, { functions, rules: vendorRules }))
  if (spec !== undefined) return spec
  const errors = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((error) => renderDiagnostic(error, false))
  throw new Fault('config', 'spec/invalid', `the spec has errors:\n${errors.join('\n\n')}`)
}
