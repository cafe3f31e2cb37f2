/** Where the files of a spec are read from: a folder, or a test's own map. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Paths are relative to the spec's folder, with `/`. */
export interface SpecFiles {
  /** The file's text, or undefined if there is none. */
  read(path: string): Promise<string | undefined>
  /** Names of the files in a folder, "" being the spec's own; none if there is no such folder. */
  list(folder: string): Promise<readonly string[]>
}

export function filesOn(folder: string | URL): SpecFiles {
  const root = folder instanceof URL ? fileURLToPath(folder) : folder
  return {
    // At once: a spec is a few small files, and to wait for each in turn took longer than to read it.
    read: async (path) => ifThere(() => readFileSync(join(root, path), 'utf8')),
    list: async (path) => ifThere(() => readdirSync(join(root, path))) ?? [],
  }
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

/** The files a pattern names, in alphabetical order. `*` stands for any part of a file's name, not of a folder's. */
export async function glob(pattern: string, files: SpecFiles): Promise<readonly string[]> {
  const slash = pattern.lastIndexOf('/')
  const [folder, name] = [pattern.slice(0, Math.max(slash, 0)), pattern.slice(slash + 1)]
  if (!name.includes('*')) return [pattern]
  const escaped = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const fits = new RegExp(`^${escaped.join('.*')}$`)
  const found = (await files.list(folder)).filter((file) => fits.test(file) && !file.startsWith('.'))
  return found.sort().map((file) => (folder === '' ? file : `${folder}/${file}`))
}
