/** Reads a file that may not exist. */
import { readFile } from 'node:fs/promises'

/** Undefined: there is no such file. */
export async function readTextFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
