/** Loads a spec that `connector build` wrote as one ES module, for hosts that forbid generating code. */
import { indexPrograms, type SerializedProgram, type SerializedPrograms } from '../expression/compiler/serialize.ts'
import { joinWords } from '../expression/did-you-mean.ts'
import type { FunctionTable } from '../expression/functions.ts'
import { Fault } from '../ports/fault.ts'
import { version } from '../version.ts'
import type { NamedBases } from './extends/layers.ts'
import { type LoadedSpec, type LoadOptions, loadSpec } from './load.ts'
import { openRelativeFolder, type SpecFiles } from './spec-files.ts'

/** The export `built` of such a module. Only the version that wrote it can load it. */
export interface SpecBundle {
  /** Version of this shape. */
  readonly format: number
  /** Version of the package that wrote it. */
  readonly version: string
  /** Names and signatures of the connector's own functions: with the version, they determine the compiled code. */
  readonly functions: readonly (readonly [name: string, signature: string])[]
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly programs: readonly SerializedProgram[]
}

/** Increases whenever the shape changes. */
export const BUNDLE_FORMAT = 1

/**
 * Loads a spec as `loadSpec` does, with files and compiled expressions from a module.
 *
 * Throws a config `Fault` if another version wrote it, or if the connector's functions differ.
 */
export function loadBundle(bundle: SpecBundle, options: Pick<LoadOptions, 'functions' | 'rules'>): Promise<LoadedSpec> {
  const problem = findMismatch(bundle, options.functions)
  if (problem !== undefined) {
    throw new Fault('config', 'spec/built', `${problem}; rebuild it: connector build --out FILE`)
  }
  const programs: SerializedPrograms = indexPrograms(bundle.programs)
  const files = openBundleFiles(bundle)
  return loadSpec('', { ...options, files, bases: openBundleBases(bundle, files), programs })
}

function findMismatch(bundle: SpecBundle, functions: FunctionTable): string | undefined {
  if (bundle.format !== BUNDLE_FORMAT || bundle.version !== version) {
    return `the built spec has version ${bundle.version}, and this is ${version}`
  }
  const declare = (name: string, signature: string) => `$${name}${signature}`
  const bundled = new Set(bundle.functions.map(([name, signature]) => declare(name, signature)))
  const current = new Set(functions.map(({ name, signature }) => declare(name, signature)))
  const other = [...bundled]
    .filter((each) => !current.has(each))
    .concat([...current].filter((each) => !bundled.has(each)))
  return other.length === 0 ? undefined : `the built spec was built with other functions (${joinWords(other)})`
}

/** The files of a bundle: only those that the spec names. */
export function openBundleFiles({ files }: Pick<SpecBundle, 'files'>): SpecFiles {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const prefix = (folder: string) => (folder === '' ? '' : `${folder}/`)
  return {
    read: async (path) => texts.get(path),
    list: async (folder) => {
      const below = [...texts.keys()].filter((path) => path.startsWith(prefix(folder)))
      return below.map((path) => path.slice(prefix(folder).length)).filter((name) => !name.includes('/'))
    },
  }
}

/** The bases as they were when the bundle was written. */
export function openBundleBases({ files }: Pick<SpecBundle, 'files'>, all: SpecFiles): NamedBases {
  const names = files.flatMap(({ path }) => /^([^/]+)\/connector\.yaml$/.exec(path)?.[1] ?? [])
  return new Map(names.map((name) => [name, openRelativeFolder(all, name)]))
}
