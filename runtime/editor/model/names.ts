/** The names that the files of one spec define, and that its other files use. */
import { basename } from 'node:path/posix'
import type { SpecDocuments } from '../../spec/read.ts'

export interface DefinedNames {
  /** Topics of each resource. */
  readonly topics: ReadonlyMap<string, readonly string[]>
  /** The resource of each stream. */
  readonly streams: ReadonlyMap<string, string>
  readonly lookups: readonly string[]
  /** Property sets. */
  readonly sets: readonly string[]
  readonly metrics: readonly string[]
  /** Attributes of a person that the destination accepts. Empty: any. */
  readonly attributes: readonly string[]
  readonly sourcePermissions: readonly string[]
  readonly destinationPermissions: readonly string[]
}

/** `path`: of its file. */
export const getSetName = (path: string): string => basename(path).replace(/\.ya?ml$/, '')

/** Undefined without a connector.yaml that conforms to its schema. */
export function findNames({ connector, sets, brokenSets, mappings }: SpecDocuments): DefinedNames | undefined {
  if (connector === undefined) return undefined
  const { resources, streams, lookups, source, destination } = connector.document
  const setFiles = [...sets.map(({ node }) => node.file), ...brokenSets]
  return {
    topics: new Map(Object.entries(resources).map(([name, { topics = [] }]) => [name, topics])),
    streams: new Map(Object.entries(streams).map(([name, { resource }]) => [name, resource])),
    lookups: Object.keys(lookups),
    sets: setFiles.map(getSetName).sort(),
    metrics: mappings.map(({ document }) => document.metric),
    attributes: destination.attributes ?? [],
    sourcePermissions: Object.keys(source.permissions ?? {}),
    destinationPermissions: Object.keys(destination.permissions ?? {}),
  }
}
