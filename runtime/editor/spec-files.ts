/** Tells by its path what a file of a spec is. */
import { basename } from 'node:path/posix'
import type { Connector, Documents } from '../spec/generated/documents.ts'

/** `path`: relative to the spec's folder, with `/`. */
export function getFileKind(path: string, connector: Pick<Connector, 'profile' | 'knownFields'>): keyof Documents {
  if (path === 'connector.yaml') return 'connector'
  if (path === connector.profile) return 'profile'
  if (path === connector.knownFields) return 'fields'
  if (path.startsWith('recipes/')) return 'recipe'
  return basename(path).startsWith('_') ? 'properties' : 'mapping'
}
