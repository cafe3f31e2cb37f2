/** Writes files that do not exist yet, and leaves the others. */
import { join } from 'node:path'
import { type TextFile, writeTextFile } from '../../output/write-file.ts'
import { readTextFile } from '../../read-text-file.ts'

export interface WrittenFiles {
  readonly written: readonly string[]
  /** Exist with another text. */
  readonly kept: readonly string[]
}

export async function writeMissing(folder: string, files: readonly TextFile[]): Promise<WrittenFiles> {
  const written: string[] = []
  const kept: string[] = []
  for (const { name, text } of files) {
    const file = join(folder, name)
    const present = await readTextFile(file)
    if (present === undefined) {
      await writeTextFile(file, text)
      written.push(name)
    } else if (present !== text) kept.push(name)
  }
  return { written, kept }
}
