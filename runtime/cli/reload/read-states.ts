/** What tells that files have changed: their times and sizes, and those of their folders, where files come and go. */
import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import type { SourceFile } from '../../spec/source-file.ts'

/** By path. */
export type FileStates = ReadonlyMap<string, string>

export async function readStates(folder: URL, files: readonly Pick<SourceFile, 'path'>[]): Promise<FileStates> {
  const paths = files.map(({ path }) => path)
  const folders = paths.map((path) => `${posix.dirname(path)}/`)
  const all = [...new Set(['./', ...folders, ...paths])]
  return new Map(await Promise.all(all.map(async (path) => [path, await readState(new URL(path, folder))] as const)))
}

const readState = (url: URL): Promise<string> =>
  stat(url).then(
    ({ mtimeMs, size }) => `${mtimeMs}:${size}`,
    () => 'missing',
  )
