/** Writes files that a command was asked for. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CliError, EXIT_CODES } from '../errors.ts'

/** Creates its folder, too. Throws a `CliError` with the path if that fails. */
export async function writeTextFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown reason'
    throw new CliError(EXIT_CODES.failed, `cannot write ${path} (${code})`)
  }
}

export interface TextFile {
  /** From the folder it goes to, with `/`. */
  readonly name: string
  readonly text: string
}

/** Resolves to their paths. */
export async function writeFiles(folder: string, files: readonly TextFile[]): Promise<readonly string[]> {
  const written = files.map(({ name, text }) => ({ path: join(folder, name), text }))
  for (const { path, text } of written) await writeTextFile(path, text)
  return written.map(({ path }) => path)
}
