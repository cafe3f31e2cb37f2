/** The open files of an editor over those on disk, and the folders of specs that hold them. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { CONNECTOR_FILE, openSpecFolder, type SpecFiles } from '../../spec/spec-files.ts'

/** Files that the editor holds, by absolute path: what it shows counts, saved or not. */
export interface OpenFiles {
  read(path: string): string | undefined
  paths(): Iterable<string>
}

/** The nearest folder upwards that holds a connector.yaml. */
export function findSpecFolder(path: string, open: OpenFiles): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, CONNECTOR_FILE)
    if (open.read(file) !== undefined || existsSync(file)) return folder
    if (folder === dirname(folder)) return undefined
  }
}

export function openEditedFolder(folder: string, open: OpenFiles): SpecFiles {
  const disk = openSpecFolder(folder)
  return {
    ...disk,
    read: async (path) => open.read(resolve(folder, path)) ?? disk.read(path),
    async list(path) {
      const within = resolve(folder, path)
      const edited = [...open.paths()].filter((file) => dirname(file) === within).map((file) => basename(file))
      return [...new Set([...(await disk.list(path)), ...edited])]
    },
  }
}

/** From the spec's folder, with `/`. */
export const pathInFolder = (folder: string, path: string): string => relative(folder, path).replaceAll(sep, '/')
