/** The spec with the settings of a case laid over it, as an overlay lays its connector.yaml over that of its base. */
import { stringify } from 'yaml'
import type { JsonObject } from '../../ports/types.ts'
import type { NamedBases } from '../../spec/extends/layers.ts'
import type { LoadedSpec } from '../../spec/load.ts'
import type { Spec } from '../../spec/spec.ts'
import { CONNECTOR_FILE, type SpecFiles } from '../../spec/spec-files.ts'
import type { SettingsProblem } from '../cases/file-context.ts'
import type { CaseEngine } from '../types.ts'

export interface SettingsSpecsParts {
  /** Of the spec. */
  readonly files: SpecFiles
  /** That the spec may extend. */
  readonly bases?: NamedBases | undefined
  load(files: SpecFiles, bases: NamedBases): Promise<LoadedSpec>
}

/** No path, so it names a base; no other base has this name. */
const SPEC = 'spec of the case'

export class SettingsSpecs {
  readonly #parts: SettingsSpecsParts
  readonly #loaded = new Map<string, Promise<LoadedSpec>>()

  constructor(parts: SettingsSpecsParts) {
    this.#parts = parts
  }

  async check(settings: JsonObject): Promise<SettingsProblem | undefined> {
    const { spec, diagnostics } = await this.#load(settings)
    if (spec !== undefined) return undefined
    const problem = diagnostics.find(({ severity }) => severity === 'error')
    const { message = 'the spec is invalid with these settings', help } = problem ?? {}
    return { message, ...(help !== undefined && { help }) }
  }

  /** Throws if the spec is invalid with these settings: another runner may send any. */
  async find(settings: JsonObject): Promise<Spec> {
    const { spec } = await this.#load(settings)
    if (spec !== undefined) return spec
    throw new Error(`settings of the case: ${(await this.check(settings))?.message}`)
  }

  #load(settings: JsonObject): Promise<LoadedSpec> {
    const id = JSON.stringify(settings)
    const known = this.#loaded.get(id)
    if (known !== undefined) return known
    const text = stringify({ ...settings, extends: SPEC })
    const { files, bases = new Map() } = this.#parts
    const overlay: SpecFiles = {
      read: async (path) => (path === CONNECTOR_FILE ? text : undefined),
      list: async () => [],
    }
    const loading = this.#parts.load(overlay, new Map([...bases, [SPEC, files]]))
    this.#loaded.set(id, loading)
    return loading
  }
}

/** Runs each case that has settings by an engine of its own spec. */
export function withSettings(
  spec: Spec,
  specs: Pick<SettingsSpecs, 'find'>,
  open: (spec: Spec) => CaseEngine,
): CaseEngine {
  const engines = new Map<Spec, CaseEngine>()
  return {
    async run(input) {
      const own = input.settings === undefined ? spec : await specs.find(input.settings)
      const engine = engines.get(own) ?? open(own)
      engines.set(own, engine)
      return engine.run(input)
    },
    async close() {
      for (const engine of engines.values()) await engine.close()
    },
  }
}
