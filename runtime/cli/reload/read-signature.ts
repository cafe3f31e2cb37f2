/** What tells that files have changed: their times and sizes, and those of their folders, where files come and go. */
import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import type { SourceFile } from '../../spec/source-file.ts'

export async function readSignature(folder: URL, files: readonly Pick<SourceFile, 'path'>[]): Promise<string> {
  const paths = files.map(({ path }) => path)
  const folders = paths.map((path) => `${posix.dirname(path)}/`)
  const all = [...new Set(['./', ...folders, ...paths])].sort()
  return (await Promise.all(all.map((path) => readState(new URL(path, folder))))).join(' ')
}

const readState = (url: URL): Promise<string> =>
  stat(url).then(
    ({ mtimeMs, size }) => `${mtimeMs}:${size}`,
    () => 'missing',
  )
