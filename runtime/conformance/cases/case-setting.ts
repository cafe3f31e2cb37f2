/** Reads the `given` of a case as far as every ingress shares it. */
import type { JsonObject } from '../../ports/types.ts'
import { findResourceByTopic } from '../../source/envelope.ts'
import type { ResourceSpec, StreamSpec } from '../../spec/spec.ts'
import type { Path } from '../../spec/yaml.ts'
import type { FileContext, WrittenCase } from './file-context.ts'
import { Given, type ItemKey, type PlacedMember } from './given.ts'
import { type LookupTables, readLookups } from './read-lookups.ts'
import { describeUnknownStream, describeUnknownTopic } from './unknown-names.ts'

export interface CaseSetting {
  readonly given: Given
  readonly isCourse: boolean
  readonly itemKey: ItemKey
  /** In the file: the layer that gives the item. */
  readonly itemPath: Path
  readonly workspace: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly topic?: { readonly name: string; readonly resource: ResourceSpec; readonly path: Path }
  readonly stream?: StreamSpec
  readonly lookups: LookupTables
  readonly settings?: JsonObject
}

const DEFAULT_WORKSPACE = 'abc123de'
const DEFAULT_NOW = '2026-01-10T10:00:00Z'

/** Undefined after a diagnostic. */
export async function readSetting(
  written: WrittenCase,
  path: Path,
  context: FileContext,
): Promise<CaseSetting | undefined> {
  const { file, parts } = context
  const own = written.given ?? {}
  const ofFile = file.document?.given ?? {}
  const given = new Given([
    { given: ofFile, path: ['given'] },
    { given: own, path: [...path, 'given'] },
  ])
  const item = findItem(given, path, context)
  if (item === undefined) return undefined
  const lookups =
    own.lookups === undefined
      ? context.lookups
      : await readLookups(
          own.lookups,
          { file, path: [...path, 'given', 'lookups'], before: context.lookups },
          { spec: parts.spec, resources: context.resources },
        )
  const settings = given.member('settings')
  if (settings !== undefined && !(await isApplicable(settings, context))) return undefined
  const setting = {
    given,
    isCourse: item.key === 'course',
    itemKey: item.key,
    itemPath: item.path,
    workspace: given.member('workspace')?.value ?? DEFAULT_WORKSPACE,
    now: readNow(given, context),
    lookups,
    ...(settings && { settings: settings.value as JsonObject }),
  }
  return item.key === 'course' ? setting : addSides(setting, context)
}

function findItem(given: Given, path: Path, { file }: FileContext) {
  const { keys, layer } = given.itemKeys() ?? { keys: [], layer: undefined }
  const [key, other] = keys
  if (key === undefined || layer === undefined) {
    const help = 'write given: { fixture: FILE }, or item: { … }'
    file.error([...path, 'name'], { code: 'cases/no-item', message: 'the case gives no item', help })
    return undefined
  }
  if (other !== undefined) {
    const message = `both ${key} and ${other} are given`
    file.error([...layer.path, other], { code: 'cases/two-items', message, help: 'keep one of the two' }, 'key')
    return undefined
  }
  return { key, path: layer.path }
}

function readNow(given: Given, { file }: FileContext): number {
  const now = given.member('now')
  const ms = Date.parse(now?.value ?? DEFAULT_NOW)
  if (!Number.isNaN(ms) || now === undefined) return ms
  file.error(now.path, {
    code: 'cases/time',
    message: `"${now.value}" is no time`,
    help: `for example: ${DEFAULT_NOW}`,
  })
  return Date.parse(DEFAULT_NOW)
}

async function isApplicable({ value, path }: PlacedMember<'settings'>, { file, parts }: FileContext): Promise<boolean> {
  const problem =
    parts.checkSettings === undefined
      ? { message: 'settings of a case cannot be used here' }
      : await parts.checkSettings(value as JsonObject)
  if (problem === undefined) return true
  file.error(path, { ...problem, code: 'cases/settings' })
  return false
}

type Sides = Pick<CaseSetting, 'topic' | 'stream'>

function addSides<T extends object>(
  setting: T & { readonly given: Given },
  context: FileContext,
): (T & Sides) | undefined {
  const topic = setting.given.member('topic')
  const stream = setting.given.member('stream')
  const ofTopic = topic && readTopic(topic, context)
  const ofStream = stream && readStream(stream, context)
  if ((topic && !ofTopic) || (stream && !ofStream)) return undefined
  if (stream && ofTopic && ofStream && ofTopic.resource.name !== ofStream.resource) {
    const message = `topic ${ofTopic.name} is about a ${ofTopic.resource.name}, and stream ${ofStream.name} lists a ${ofStream.resource}`
    const help = 'give a topic and a stream of the same resource, or one of the two'
    context.file.error(stream.path, { code: 'cases/other-resource', message, help })
    return undefined
  }
  return { ...setting, ...(ofTopic && { topic: ofTopic }), ...(ofStream && { stream: ofStream }) }
}

function readTopic({ value, path }: PlacedMember<'topic'>, { file, parts }: FileContext): CaseSetting['topic'] {
  const resource = findResourceByTopic(value, parts.spec)
  if (resource !== undefined) return { name: value, resource, path }
  file.error(path, describeUnknownTopic(value, parts.spec))
  return undefined
}

function readStream({ value, path }: PlacedMember<'stream'>, { file, parts }: FileContext): StreamSpec | undefined {
  const stream = parts.spec.streams.get(value)
  if (stream === undefined) file.error(path, describeUnknownStream(value, parts.spec))
  return stream
}
