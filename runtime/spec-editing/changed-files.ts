/** The files of a spec with changes that are not written yet. */
import { posix } from 'node:path'
import type { SpecFiles } from '../spec/spec-files.ts'
import type { FileChange } from './types.ts'

export function withChanges(files: SpecFiles, changes: readonly Pick<FileChange, 'path' | 'after'>[]): SpecFiles {
  const texts = new Map(changes.map(({ path, after }) => [posix.normalize(path), after]))
  return {
    ...files,
    read: async (path) => {
      const name = posix.normalize(path)
      return texts.has(name) ? texts.get(name) : files.read(path)
    },
    async list(folder) {
      const names = new Set(await files.list(folder))
      for (const [path, text] of texts) {
        if (posix.dirname(path) !== (posix.normalize(folder || '.').replace(/\/$/, '') || '.')) continue
        if (text === undefined) names.delete(posix.basename(path))
        else names.add(posix.basename(path))
      }
      return [...names]
    },
  }
}
