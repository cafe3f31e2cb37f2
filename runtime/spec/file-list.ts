/** The files of a spec that was loaded before, from their paths and texts. */
import { posix } from 'node:path'
import type { NamedBases } from './extends/layers.ts'
import type { SourceFile } from './source-file.ts'
import { CONNECTOR_FILE, openRelativeFolder, type SpecFiles } from './spec-files.ts'

export type FileList = readonly Pick<SourceFile, 'path' | 'text'>[]

/** Only these, and those of its bases below the names of the bases. */
export function openFileList(files: FileList): SpecFiles {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const names = new Map<string, string[]>()
  for (const path of texts.keys()) {
    const folder = folderOf(path)
    names.set(folder, [...(names.get(folder) ?? []), posix.basename(path)])
  }
  return {
    read: async (path) => texts.get(posix.normalize(path)),
    list: async (folder) => names.get(folder === '.' ? '' : folder) ?? [],
  }
}

/** Its bases as they were when it was loaded. */
export function openListedBases(files: FileList, all: SpecFiles): NamedBases {
  const folders = files.flatMap(({ path }) => (posix.basename(path) === CONNECTOR_FILE ? [folderOf(path)] : []))
  const names = folders.filter((folder) => folder !== '' && !folder.includes('/'))
  return new Map(names.map((name) => [name, openRelativeFolder(all, name)]))
}

const folderOf = (path: string): string => (posix.dirname(path) === '.' ? '' : posix.dirname(path))
