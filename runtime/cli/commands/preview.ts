/** `preview`: maps a webhook, a page of history or stored records, without credentials and without sending. */
import { formatJson } from '../../lib/format.ts'
import type { Preview, PreviewInput } from '../../mapping/preview.ts'
import type { Json } from '../../ports/types.ts'
import { openEnvelope } from '../../source/envelope.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { strictOption } from '../load-spec.ts'
import { formatExplanations } from '../output/format-explanation.ts'
import { formatPreview } from '../output/format-preview.ts'
import { unknownName } from '../parse.ts'
import { readJson, readJsonOrYaml } from '../read-input.ts'
import { type OpenConnector, warnOfMissingStore, withConnector } from '../with-connector.ts'
import { readDeadInputs, readStoredInputs } from './ledger/stored-input.ts'

export const previewCommand: CommandDefinition = {
  name: 'preview',
  summary: 'Show the events of a webhook, a page of history or a stored record. Sends nothing, needs no credentials.',
  operand: {
    flags: '[file]',
    description: 'JSON: a notification or its item; a page, a list or an item. "-" reads stdin',
  },
  options: [
    { flags: '--topic <topic>', description: 'map the file as a webhook of this topic (default: its own)' },
    { flags: '--stream <stream>', description: 'map the file as history of this stream' },
    { flags: '--record <id>', description: 'map a record of the ledger: any id, key or address that `trace` takes' },
    { flags: '--dead', description: 'map the dead letters, at most the newest 100' },
    {
      flags: '--explain [property]',
      description: 'what each mapping made of it and why: all properties, or one',
    },
    { flags: '--lookups <file>', description: 'resources that records refer to, by lookup, as JSON or YAML' },
    { flags: '--workspace <id>', description: 'workspace id for the keys, if the file has none' },
    { flags: '--request', description: 'print the request bodies instead of the events' },
    strictOption,
  ],
  examples: [
    ['preview webhook.json', 'a recorded notification, by its own topic'],
    ['preview --topic ticket.created ticket.json', "a notification's item alone"],
    ['preview --stream tickets page.json --lookups people.yaml', 'a page of history, with contacts and admins'],
    ['preview webhook.json --explain', 'why each mapping sends something or nothing, and where each value is from'],
    ['preview --record 215472 --explain "Ticket Name"', 'one property, of a conversation or ticket in the ledger'],
    ['preview - --request < webhook.json', 'the request bodies, with the notification from stdin'],
  ],
  async run(context, input) {
    const request = await readRequest(context, input)
    const isStored = request.data === undefined
    if (isStored) warnOfMissingStore(context)
    const store = isStored ? {} : { store: 'memory:' }
    const opened = { needs: [], strict: input.flag('strict'), ...store } as const
    const results = await withConnector(context, opened, (connector) => previewAll(request, connector, context))
    context.print(render(results, context, input.flag('request')))
    const isFound = results.length > 0 || request.record === undefined
    return isFound && results.every(({ ok }) => ok) ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

interface PreviewRequest {
  /** Of a file. Absent: records of the ledger. */
  readonly data?: Json
  /** A reference to records; absent: the dead letters. */
  readonly record?: string
  readonly options: Omit<PreviewInput, 'data'>
}

/** A preview, and of a stored record its id. */
interface LabelledPreview extends Preview {
  readonly record?: string
  readonly origin: Pick<PreviewInput, 'topic' | 'stream'>
}

async function readRequest(context: CommandContext, input: CommandInput): Promise<PreviewRequest> {
  const { value, flag } = input
  const [topic, stream, record, lookups, workspace] = [
    value('topic'),
    value('stream'),
    value('record'),
    value('lookups'),
    value('workspace'),
  ]
  const isStored = record !== undefined || flag('dead')
  // In `--explain FILE` the parser takes the file for the property.
  const named = value('explain')
  const isFile = named !== undefined && !isStored && input.operands.length === 0
  const [file] = isFile ? [named] : input.operands
  const explain: true | string | undefined = flag('explain') || isFile ? true : named
  if ([file !== undefined, record !== undefined, flag('dead')].filter(Boolean).length !== 1)
    throw usageError('preview needs a file, --record or --dead: one of them')
  if (topic !== undefined && stream !== undefined) throw usageError('preview takes --topic or --stream, not both')
  if (isStored && (topic ?? stream) !== undefined)
    throw usageError('a stored record has its own topic or stream: leave out --topic and --stream')
  const options = {
    ...(topic !== undefined && { topic }),
    ...(stream !== undefined && { stream }),
    ...(lookups !== undefined && { lookups: await readJsonOrYaml(lookups, context.io) }),
    ...(workspace !== undefined && { workspace }),
    ...(explain !== undefined && { explain }),
  }
  if (file !== undefined) return { data: await readJson(file, context.io), options }
  return { ...(record !== undefined && { record }), options }
}

async function previewAll(
  { data, record, options }: PreviewRequest,
  { connector, spec, store }: OpenConnector,
  context: CommandContext,
): Promise<readonly LabelledPreview[]> {
  checkNames(options, spec)
  if (data !== undefined) {
    const input = { ...options, ...(await findOrigin(options, data, spec)), data }
    const result = await connector.preview(input)
    noteAll(result, context)
    return [{ ...result, origin: input }]
  }
  const stored = await (record === undefined ? readDeadInputs(store) : readStoredInputs(store, record))
  for (const note of stored.notes) context.note(`note: ${note}`)
  const results: LabelledPreview[] = []
  for (const { record: id, data: own } of stored.inputs) {
    const result = await connector.preview({ ...own, lookupFallback: 'remembered', ...options })
    noteAll(result, context, stored.inputs.length > 1 ? `${id}: ` : '')
    results.push({ ...result, record: id, origin: own })
  }
  return results
}

/** An explanation tells of silent mappings itself. */
function noteAll({ notes, silences, explanations }: Preview, context: CommandContext, label = ''): void {
  for (const note of explanations === undefined ? [...notes, ...silences] : notes) context.note(`note: ${label}${note}`)
}

/** The topic of a recorded notification, if the command line names neither topic nor stream. */
async function findOrigin({ topic, stream }: Omit<PreviewInput, 'data'>, data: Json, spec: Spec) {
  if ((topic ?? stream) !== undefined) return {}
  const envelope = await openEnvelope(data, spec).catch(() => undefined)
  if (envelope === undefined || envelope.item === null)
    throw usageError('the file is no notification with a topic: name one with --topic, or a --stream')
  checkNames(envelope, spec)
  return { topic: envelope.topic }
}

/** Rejects unknown names as typos. Live, records of an unknown topic are stored and skipped. */
function checkNames({ topic, stream, explain }: Omit<PreviewInput, 'data'>, spec: Spec): void {
  const { streams, resources, webhook } = spec
  if (stream !== undefined && !streams.has(stream)) throw usageError(unknownName('stream', stream, streams.keys()))
  const topics = new Set([
    ...webhook.ignoredTopics,
    ...[...resources.values()].flatMap((resource) => [...resource.topics]),
  ])
  if (topic !== undefined && !topics.has(topic)) throw usageError(unknownName('topic', topic, topics))
  if (typeof explain !== 'string') return
  const names = listPropertyNames(spec)
  if (!names.some((name) => name.toLowerCase() === explain.toLowerCase()))
    throw usageError(unknownName('property', explain, names))
}

function listPropertyNames({ mappings, profile }: Spec): readonly string[] {
  const own = mappings.flatMap((mapping) => [...mapping.properties, ...mapping.profileProperties])
  return [...own, ...profile.attributes, ...profile.properties].map(({ name }) => name).concat('value', 'currency')
}

function render(results: readonly LabelledPreview[], context: CommandContext, request: boolean): string {
  const { json, paint } = context
  if (request) return formatJson(results.flatMap(({ bodies }) => bodies))
  const explained = results.flatMap(({ explanations = [], record, origin: { topic, stream } }) =>
    explanations.map((one) => ({ ...(record && { record }), ...(topic ? { topic } : { stream }), ...one })),
  )
  const isExplained = results.some(({ explanations }) => explanations !== undefined)
  if (json) return formatJson(isExplained ? explained : results.flatMap(labelItems))
  if (isExplained) return formatExplanations(explained, paint)
  return results
    .map(
      ({ items, record }) => `${record ? `${paint('dim', `record ${record}`)}\n` : ''}${formatPreview(items, paint)}`,
    )
    .join('\n')
}

const labelItems = ({ items, record }: LabelledPreview) =>
  record === undefined ? items : items.map((item) => ({ record, ...item }))
