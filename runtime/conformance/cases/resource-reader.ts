/** Reads the resources of cases: inline, or from JSON files relative to the case file, with changes. */
import { dirname, join } from 'node:path/posix'
import { parseJson } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { KnownFields } from '../../spec/check/known-fields.ts'
import { SourceFile } from '../../spec/source-file.ts'
import type { Path } from '../../spec/yaml.ts'
import type { CaseFile } from './case-file.ts'
import { changeItem, type ItemChange } from './change-item.ts'
import { findUnknownFields } from './find-unknown-fields.ts'

/** The text of a file; undefined if there is none. Paths are those of the case files, and relative to them. */
export type ReadCaseFile = (path: string) => Promise<string | undefined>

/** A resource as a case file writes it. */
export interface WrittenResource extends ItemChange {
  readonly fixture?: string
  readonly item?: unknown
}

/** Where a case file writes a resource or its changes. */
export interface ResourcePlace {
  readonly file: CaseFile
  readonly path: Path
  /** The resource or lookup whose declared fields it has. Absent: it may have any. */
  readonly of?: string | undefined
}

export class ResourceReader {
  readonly #readFile: ReadCaseFile
  /** By path: a fixture is read and parsed once for all cases. */
  readonly #files = new Map<string, Promise<JsonFile>>()

  readonly #fields: KnownFields | undefined

  /** `fields`: absent, a change may name any. */
  constructor(readFile: ReadCaseFile, fields?: KnownFields) {
    this.#readFile = readFile
    this.#fields = fields
  }

  /** The resource at a path of the case file. Undefined after a diagnostic. */
  async read(written: WrittenResource, place: ResourcePlace): Promise<Json | undefined> {
    const base = await this.readBase(written, place.file, place.path)
    return base === undefined ? undefined : this.change(base, written, place)
  }

  /** The resource before its changes. */
  async readBase(written: WrittenResource, file: CaseFile, path: Path): Promise<Json | undefined> {
    const { fixture, item } = written
    if (fixture !== undefined && item !== undefined) {
      const help = 'keep one of the two'
      file.error(
        [...path, 'item'],
        { code: 'cases/two-items', message: 'both fixture and item are given', help },
        'key',
      )
      return undefined
    }
    if (fixture !== undefined) return this.readJson(fixture, file, [...path, 'fixture'])
    if (item !== undefined) return item as Json
    const help = 'write fixture: FILE, or item: { … }'
    file.error(path, { code: 'cases/no-item', message: 'neither a fixture nor an item is given', help })
    return undefined
  }

  change(base: Json, change: ItemChange, { file, path, of: name }: ResourcePlace): Json {
    const shape = name === undefined ? undefined : this.#fields?.shapes.get(name)
    const wrong = new Set<string>()
    const changed = changeItem(base, change, ({ of, path: at, message, help }) => {
      const index = change.remove?.indexOf(at) ?? 0
      file.error([...path, of, of === 'set' ? at : index], { code: 'cases/no-parent', message, help }, 'key')
      wrong.add(at)
    })
    for (const { written, path: at, text } of findUnknownFields(base, change, { ...this.#fields, shape }))
      if (!wrong.has(written)) file.warn([...path, ...at], text)
    return changed
  }

  /** The JSON of a file that the case file names at a path. */
  async readJson(name: string, file: CaseFile, path: Path): Promise<Json | undefined> {
    const target = name.startsWith('/') ? name : join(dirname(file.path), name)
    const known = this.#files.get(target) ?? this.#readJsonFile(target)
    this.#files.set(target, known)
    const { value, problem } = await known
    if (problem === undefined) return value
    const help = `paths are relative to this file: ${target} was looked for`
    const isMissing = problem === NO_FILE
    const message = isMissing ? `there is no file "${name}"` : `"${name}" ${problem}`
    file.error(path, { code: isMissing ? 'cases/no-file' : 'cases/not-json', message, ...(isMissing && { help }) })
    return undefined
  }

  async #readJsonFile(path: string): Promise<JsonFile> {
    const text = await this.#readFile(path)
    if (text === undefined) return { problem: NO_FILE }
    const value = parseJson(text)
    return value === undefined ? { problem: describeSyntax(text) } : { value }
  }
}

type JsonFile =
  | { readonly value: Json; readonly problem?: never }
  | { readonly value?: never; readonly problem: string }

const NO_FILE = 'no file'

function describeSyntax(text: string): string {
  try {
    JSON.parse(text)
    return 'is nested too deeply'
  } catch (error) {
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? []
    if (position === undefined) return 'is no JSON: it ends too early'
    const { line, column } = new SourceFile('', text).position(Number(position))
    return `is no JSON: line ${line}, column ${column}`
  }
}
