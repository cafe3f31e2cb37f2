/** Reads recorded notifications in place of an item. */
import { isObject } from '../../../lib/json.ts'
import { toFault } from '../../../ports/fault.ts'
import type { Json } from '../../../ports/types.ts'
import { findResourceByTopic, type Notification, openEnvelope, unwrapResource } from '../../../source/envelope.ts'
import type { CaseRecord } from '../../types.ts'
import { replaceItem } from '../build-notification.ts'
import type { CaseSetting } from '../case-setting.ts'
import type { FileContext } from '../file-context.ts'
import type { Given } from '../given.ts'

interface Recorded {
  readonly body: Json
  readonly notification: Notification
}

/** The notifications with the changes of their items. Undefined after a diagnostic. */
export async function buildRecorded(
  { given }: CaseSetting,
  context: FileContext,
): Promise<readonly CaseRecord[] | undefined> {
  const recorded = await readRecorded(given, context)
  return recorded?.map(({ body, notification: { topic, item } }) => {
    const changed = change(item, given, context)
    return { topic, body: changed === item ? body : (replaceItem(body, changed, context.parts.spec) ?? body) }
  })
}

/** The resource of the newest one, as streams have it. */
export async function readRecordedItem(given: Given, context: FileContext): Promise<Json | undefined> {
  const last = (await readRecorded(given, context))?.at(-1)
  if (last === undefined) return undefined
  const resource = findResourceByTopic(last.notification.topic, context.parts.spec)
  return resource === undefined ? last.notification.item : unwrapResource(last.notification, resource)
}

function change(item: Json, given: Given, { resources, file }: FileContext): Json {
  let current = item
  for (const { change, path } of [...given.changes(), ...given.changesFor('webhook')])
    current = resources.change(current, change, { file, path })
  return current
}

async function readRecorded(given: Given, context: FileContext): Promise<readonly Recorded[] | undefined> {
  const { file, parts, resources } = context
  const member = given.member('recorded')
  if (member === undefined) return undefined
  const json = await resources.readJson(member.value, file, member.path)
  if (json === undefined) return undefined
  const entries: readonly Json[] = Array.isArray(json) ? json : [json]
  const recorded: Recorded[] = []
  for (const entry of entries) {
    // An entry of a recording's webhooks.json, or a notification by itself.
    const body = isObject(entry) && entry.at !== undefined && entry.body !== undefined ? entry.body : entry
    try {
      recorded.push({ body, notification: await openEnvelope(body, parts.spec) })
    } catch (error) {
      const message = `"${member.value}" holds no notification: ${toFault(error).message}`
      file.error(member.path, { code: 'cases/recorded', message, help: 'give the whole body of a webhook' })
      return undefined
    }
  }
  const topic = given.member('topic')?.value
  const ofTopic = topic === undefined ? recorded : recorded.filter(({ notification }) => notification.topic === topic)
  if (ofTopic.length > 0) return ofTopic
  const topics = [...new Set(recorded.map(({ notification }) => notification.topic))]
  const message = `"${member.value}" holds no notification of the topic "${topic}"`
  file.error(member.path, { code: 'cases/recorded', message, help: `it has ${topics.join(', ')}` })
  return undefined
}
