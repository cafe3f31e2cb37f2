/** One folder of a spec that an editor has files of: checks it, and keeps what it last knew of it. */
import type { Diagnostic } from '../../spec/diagnostic.ts'
import { type LoadOptions, loadSpec } from '../../spec/load.ts'
import type { SpecFiles } from '../../spec/spec-files.ts'
import { readModel, type SpecModel } from '../model/model.ts'
import { type OpenFiles, openEditedFolder } from './workspace.ts'

export type SpecOptions = Pick<LoadOptions, 'functions' | 'rules' | 'bases'>

export class SpecFolder {
  readonly path: string
  readonly #options: SpecOptions
  readonly #files: SpecFiles
  #model: Promise<SpecModel | undefined> | undefined

  constructor(path: string, open: OpenFiles, options: SpecOptions) {
    this.path = path
    this.#options = options
    this.#files = openEditedFolder(path, open)
  }

  /** Of the last connector.yaml without errors. Undefined if there has been none. */
  model(): Promise<SpecModel | undefined> {
    this.#model ??= this.#read(undefined)
    return this.#model
  }

  /** Something has changed. `runTrials` takes as long as all other checks. */
  async check(runTrials: boolean): Promise<readonly Diagnostic[]> {
    const { functions, rules, bases } = this.#options
    this.#model = this.#read(this.#model)
    const options = { functions, rules, bases, files: this.#files, checkOnly: !runTrials, runTrials }
    return (await loadSpec(this.path, options)).diagnostics
  }

  async #read(before: Promise<SpecModel | undefined> | undefined): Promise<SpecModel | undefined> {
    const { functions, bases } = this.#options
    // A file that cannot be read is the business of `check`.
    const model = await readModel(this.#files, functions, bases).catch(() => undefined)
    return model ?? before
  }
}
