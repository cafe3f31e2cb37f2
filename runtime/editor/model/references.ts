/** The places of a spec that name something which another place defines. */
import type { Path } from '../../spec/yaml.ts'
import type { EditorFile } from '../scope.ts'
import type { SpecModel } from './model.ts'

export type ReferenceKind =
  | 'resource'
  | 'topic'
  | 'stream'
  | 'lookup'
  | 'set'
  | 'attribute'
  | 'metric'
  | 'permission'
  | 'file'

type Pattern = readonly [path: string, kind: ReferenceKind]

const OF_ANY_MAPPING: readonly Pattern[] = [
  ['resource', 'resource'],
  ['from.webhook.topics.*', 'topic'],
  ['include.*', 'set'],
]

const PATTERNS: Readonly<Record<EditorFile['kind'], readonly Pattern[]>> = {
  mapping: [
    ...OF_ANY_MAPPING,
    ['from.stream', 'stream'],
    ['from.stream.name', 'stream'],
    ['from.stream.fetchFull', 'lookup'],
  ],
  profile: [...OF_ANY_MAPPING, ['identifiers.*', 'attribute']],
  properties: [],
  fields: [],
  connector: [
    ['profile', 'file'],
    ['knownFields', 'file'],
    ['resources.*.invalidates', 'lookup'],
    ['resources.*.permission', 'permission'],
    ['streams.*.resource', 'resource'],
    ['lookups.*.from', 'lookup'],
    ['lookups.*.preloadFrom', 'stream'],
    ['lookups.*.permission', 'permission'],
  ],
  recipe: [],
  cases: [],
}

export function findReferenceKind(path: Path, { kind }: Pick<EditorFile, 'kind'>): ReferenceKind | undefined {
  if (kind === 'recipe') return path[0] === 'definition' && path.at(-1) === 'metric' ? 'metric' : undefined
  const found = PATTERNS[kind].find(([pattern]) => {
    const steps = pattern.split('.')
    return steps.length === path.length && steps.every((step, index) => step === '*' || step === path[index])
  })
  return found?.[1]
}

/** What may stand in such a place of the file. */
export function listCandidates(
  reference: ReferenceKind,
  { value }: Pick<EditorFile, 'value'>,
  { names }: SpecModel,
): readonly string[] {
  const resource = typeof value.resource === 'string' ? value.resource : undefined
  switch (reference) {
    case 'resource':
      return [...names.topics.keys()]
    case 'topic':
      return resource === undefined ? [...names.topics.values()].flat() : (names.topics.get(resource) ?? [])
    case 'stream':
      return [...names.streams].filter(([, of]) => resource === undefined || of === resource).map(([name]) => name)
    case 'lookup':
      return names.lookups
    case 'set':
      return names.sets
    case 'attribute':
      return names.attributes
    case 'metric':
      return names.metrics
    case 'permission':
      return names.sourcePermissions
    case 'file':
      return []
  }
}
