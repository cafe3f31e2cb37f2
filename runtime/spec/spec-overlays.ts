/** The specs of many tenants, each with changes of its own over one shared spec, of which they share whatever they leave as it is. */
import type { FunctionTable } from '../expression/functions.ts'
import { Fault } from '../ports/fault.ts'
import type { VendorRules } from './check/vendor/vendor-rules.ts'
import type { NamedBases } from './extends/layers.ts'
import { openFileList, openListedBases } from './file-list.ts'
import { assertLoaded, type LoadedSpec, loadSpec } from './load.ts'
import { SharedParts } from './shared-parts.ts'
import type { Spec } from './spec.ts'
import { CONNECTOR_FILE } from './spec-files.ts'

/** Files of YAML by their paths, such as `mappings/rated-conversation.yaml`, as in a folder whose spec `extends` the shared one. */
export type Overlay = Readonly<Record<string, string>>

export interface SpecOverlaysOptions {
  readonly functions: FunctionTable
  readonly rules?: VendorRules | undefined
}

export class SpecOverlays {
  readonly #options: SpecOverlaysOptions
  readonly #name: string
  readonly #bases: NamedBases
  readonly #shared = new SharedParts()
  #compiling: Promise<Spec> | undefined

  /** Throws a config `Fault` for a built spec without its files. */
  constructor(base: Pick<Spec, 'name' | 'sourceFiles'>, options: SpecOverlaysOptions) {
    if (base.sourceFiles.length === 0) throw noFiles()
    const own = openFileList(base.sourceFiles)
    const bases = openListedBases(base.sourceFiles, own)
    this.#options = options
    this.#name = bases.has(base.name) ? `shared ${base.name}` : base.name
    this.#bases = new Map([...bases, [this.#name, own]])
  }

  /** The shared spec with these changes. Throws a config `Fault` that lists every error with its place. */
  async load(overlay: Overlay): Promise<Spec> {
    this.#compiling ??= this.#load({})
      .then(assertLoaded)
      .catch((error: unknown) => {
        this.#compiling = undefined
        throw error
      })
    await this.#compiling
    return assertLoaded(await this.#load(overlay))
  }

  #load(overlay: Overlay): Promise<LoadedSpec> {
    const { [CONNECTOR_FILE]: own = '', ...files } = overlay
    if (/^extends\s*:/m.test(own)) throw new Fault('config', 'spec/overlay', EXTENDS)
    const texts = { ...files, [CONNECTOR_FILE]: `${own}\nextends: ${JSON.stringify(this.#name)}\n` }
    const parts = { ...this.#options, bases: this.#bases, ignoreLock: true, shared: this.#shared }
    const list = Object.entries(texts).map(([path, text]) => ({ path, text }))
    return loadSpec('', { ...parts, files: openFileList(list) })
  }
}

const EXTENDS =
  'an overlay changes the shared spec, so its connector.yaml cannot extend another one: leave out `extends`'

function noFiles(): Fault {
  const message =
    'a built spec can be changed only with its files: pass { ...built, files } of the module that connector build wrote'
  return new Fault('config', 'spec/overlay', message)
}
