/** A spec as one ES module, made by `connector build`, for hosts that make no code out of text. */
import { programsByText, type SerializedProgram, type SerializedPrograms } from '../expression/compiler/serialize.ts'
import { joinWords } from '../expression/did-you-mean.ts'
import type { FunctionTable } from '../expression/functions.ts'
import { Fault } from '../ports/fault.ts'
import { version } from '../version.ts'
import { type Loaded, type LoadOptions, loadSpec } from './load.ts'
import type { SpecFiles } from './spec-files.ts'

/** What such a module exports as `built`. Only the version that made it can read it. */
export interface SpecBundle {
  /** Of this shape. */
  readonly format: number
  /** Of the package that made it. */
  readonly version: string
  /** Names and signatures of the connector's own functions: with the version, they decide what code an expression is. */
  readonly functions: readonly (readonly [name: string, signature: string])[]
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly programs: readonly SerializedProgram[]
}

/** Another shape is another number. */
export const BUILT_FORMAT = 1

/**
 * Loads a spec as `loadSpec` does, with its files and its programs from a module.
 *
 * Throws a config `Fault` if another version made it, or with other functions: it is not run then.
 */
export function loadBundle(built: SpecBundle, options: Pick<LoadOptions, 'functions' | 'names'>): Promise<Loaded> {
  const problem = mismatch(built, options.functions)
  if (problem !== undefined) {
    throw new Fault('config', 'spec/built', `${problem}, so it was not run; make it again: connector build --out FILE`)
  }
  const programs: SerializedPrograms = programsByText(built.programs)
  return loadSpec('', { ...options, files: filesIn(built), programs })
}

function mismatch(built: SpecBundle, functions: FunctionTable): string | undefined {
  if (built.format !== BUILT_FORMAT || built.version !== version) {
    return `the built spec is of version ${built.version}, and this is ${version}`
  }
  const signed = (name: string, signature: string) => `$${name}${signature}`
  const then = new Set(built.functions.map(([name, signature]) => signed(name, signature)))
  const now = new Set(functions.map(({ name, signature }) => signed(name, signature)))
  const other = [...then].filter((each) => !now.has(each)).concat([...now].filter((each) => !then.has(each)))
  return other.length === 0 ? undefined : `the built spec was made with other functions (${joinWords(other)})`
}

/** Only files that the spec names are in it. */
function filesIn({ files }: SpecBundle): SpecFiles {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const within = (folder: string) => (folder === '' ? '' : `${folder}/`)
  return {
    read: async (path) => texts.get(path),
    list: async (folder) => {
      const below = [...texts.keys()].filter((path) => path.startsWith(within(folder)))
      return below.map((path) => path.slice(within(folder).length)).filter((name) => !name.includes('/'))
    },
  }
}
