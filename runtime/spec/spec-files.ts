/** The files of a spec: a folder on disk, or a host's own source. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Every spec has one. */
export const CONNECTOR_FILE = 'connector.yaml'

/** Paths are relative to the spec's folder, with `/`. */
export interface SpecFiles {
  /** The file's text, or undefined if there is none. */
  read(path: string): Promise<string | undefined>
  /** Names of the files in a folder, with "" for the spec's own; empty if there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Absolute path of the spec's folder. Absent: it is not on disk. */
  readonly folder?: string | undefined
}

export function openSpecFolder(folder: string | URL): SpecFiles {
  const root = folder instanceof URL ? fileURLToPath(folder) : folder
  return {
    // Synchronous: a spec is a few small files, and awaiting each took longer than reading it.
    read: async (path) => unlessMissing(() => readFileSync(join(root, path), 'utf8')),
    list: async (path) => unlessMissing(() => readdirSync(join(root, path))) ?? [],
    folder: resolve(root),
  }
}

/** A folder beside or below that of other files. */
export function openRelativeFolder(files: SpecFiles, folder: string): SpecFiles {
  return {
    read: (path) => files.read(posix.join(folder, path)),
    list: (path) => files.list(posix.join(folder, path)),
    folder: files.folder && resolve(files.folder, folder),
  }
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

/** The files that match a pattern, in alphabetical order. `*` matches any part of a file's name, not of a folder's. */
export async function expandGlob(pattern: string, files: SpecFiles): Promise<readonly string[]> {
  if (!posix.basename(pattern).includes('*')) return [pattern]
  const folder = posix.dirname(pattern)
  const names = await files.list(folder === '.' ? '' : folder)
  return names
    .map((name) => posix.join(folder, name))
    .filter((path) => matchesGlob(pattern, path))
    .sort()
}

/** Hidden files match no `*`. */
export function matchesGlob(pattern: string, path: string): boolean {
  const name = posix.basename(pattern)
  if (!name.includes('*')) return pattern === path
  const escaped = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const matches = new RegExp(`^${escaped.join('.*')}$`)
  const [folder, file] = [posix.dirname(path), posix.basename(path)]
  return folder === posix.dirname(posix.normalize(pattern)) && matches.test(file) && !file.startsWith('.')
}
