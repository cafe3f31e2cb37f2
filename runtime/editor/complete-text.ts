/** Completion and hover for a file of a spec as a text, for editors that are no language client. */
import type { FunctionTable } from '../expression/functions.ts'
import type { NamedBases } from '../spec/extends/layers.ts'
import type { SpecFiles } from '../spec/spec-files.ts'
import { completeAt } from './complete.ts'
import type { Completion } from './completion.ts'
import type { Description } from './docs/descriptions.ts'
import { hoverAt } from './hover.ts'
import { readModel, type SpecModel } from './model/model.ts'
import { getFileKind } from './model/spec-files.ts'
import type { EditorFile } from './scope.ts'
import { hideModeline } from './text/modeline.ts'
import { readLeniently } from './text/typed-text.ts'

export interface TextPlace {
  readonly path: string
  readonly text: string
  readonly offset: number
}

/** A spec as it was last readable. */
export class TextCompleter {
  readonly #functions: FunctionTable
  readonly #bases: NamedBases | undefined
  #model: SpecModel | undefined

  constructor(functions: FunctionTable, bases?: NamedBases) {
    this.#functions = functions
    this.#bases = bases
  }

  /** `files`: with the text. */
  async complete(place: TextPlace, files: SpecFiles): Promise<readonly Completion[]> {
    const found = await this.#open(place, files)
    return found === undefined ? [] : completeAt(found.file, place.offset, found.model)
  }

  async hover(place: TextPlace, files: SpecFiles): Promise<Description | undefined> {
    const found = await this.#open(place, files)
    return found && hoverAt(found.file, place.offset, found.model)
  }

  async #open({ path, text }: TextPlace, files: SpecFiles) {
    // A connector.yaml that is being typed may not be readable.
    const read = await readModel(files, this.#functions, this.#bases).catch(() => undefined)
    this.#model = read ?? this.#model
    const model = this.#model
    const kind = model && getFileKind(path, model.connector)
    if (model === undefined || kind === undefined) return undefined
    // No other program completes the keys from the schema here.
    const file: EditorFile = { path, kind, text: hideModeline(text), value: readLeniently(text) }
    return { file, model }
  }
}
