/** Tells by its path what a file of a spec is. */
import { basename } from 'node:path/posix'
import type { Connector, Documents } from '../../spec/generated/documents.ts'
import { matchesGlob } from '../../spec/spec-files.ts'

type FileNames = Pick<Connector, 'mappings' | 'profile' | 'knownFields'>

/** `path`: relative to the spec's folder, with `/`. Undefined for a file that is not part of the spec. */
export function getFileKind(path: string, names: FileNames): keyof Documents | undefined {
  if (path === 'connector.yaml') return 'connector'
  if (path === names.profile) return 'profile'
  if (path === names.knownFields) return 'fields'
  if (matchesGlob('recipes/*.yaml', path)) return 'recipe'
  if (!names.mappings.some((pattern) => matchesGlob(pattern, path))) return undefined
  return basename(path).startsWith('_') ? 'properties' : 'mapping'
}
