/** `preview`: maps one webhook or one page of history, without credentials and without sending. */
import { formatJson } from '../../lib/format.ts'
import type { Preview, PreviewInput } from '../../mapping/preview.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { strictOption } from '../load-spec.ts'
import { formatPreview } from '../output/format-preview.ts'
import { unknownName } from '../parse.ts'
import { readJson, readJsonOrYaml } from '../read-input.ts'
import { withConnector } from '../with-connector.ts'

export const previewCommand: CommandDefinition = {
  name: 'preview',
  summary: 'Show the events of a webhook or a page of history. Sends nothing, needs no credentials.',
  operand: {
    flags: '<file>',
    description: 'JSON: a notification or its item; a page, a list or an item. "-" reads stdin',
  },
  options: [
    { flags: '--topic <topic>', description: 'map the file as a webhook of this topic' },
    { flags: '--stream <stream>', description: 'map the file as history of this stream' },
    { flags: '--lookups <file>', description: 'resources that records refer to, by lookup, as JSON or YAML' },
    { flags: '--workspace <id>', description: 'workspace id for the keys, if the file has none' },
    { flags: '--request', description: 'print the request bodies instead of the events' },
    strictOption,
  ],
  examples: [
    ['preview --topic ticket.created webhook.json', 'a recorded notification'],
    ['preview --stream tickets page.json --lookups people.yaml', 'a page of history, with contacts and admins'],
    [
      'preview --topic ticket.created - --request < webhook.json',
      'the request bodies, with the notification from stdin',
    ],
  ],
  async run(context, input) {
    const data = await inputOf(context, input)
    const opened = { needs: [], store: 'memory:', strict: input.flag('strict') } as const
    const result = await withConnector(context, opened, ({ connector, spec }) => {
      checkNames(data, spec)
      return connector.preview(data)
    })
    for (const note of result.notes) context.note(`note: ${note}`)
    context.print(render(result, context, input.flag('request')))
    return result.ok ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

async function inputOf(context: CommandContext, input: CommandInput): Promise<PreviewInput> {
  const topic = input.value('topic')
  const stream = input.value('stream')
  if ((topic === undefined) === (stream === undefined)) throw usageError('preview needs either --topic or --stream')
  const [file = ''] = input.operands
  const lookups = input.value('lookups')
  const workspace = input.value('workspace')
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(stream === undefined ? {} : { stream }),
    data: await readJson(file, context.io),
    ...(lookups === undefined ? {} : { lookups: await readJsonOrYaml(lookups, context.io) }),
    ...(workspace === undefined ? {} : { workspace }),
  }
}

/** Rejects unknown names as typos. Live, records of an unknown topic are stored and skipped. */
function checkNames({ topic, stream }: PreviewInput, { streams, resources, webhook }: Spec): void {
  if (stream !== undefined && !streams.has(stream)) throw usageError(unknownName('stream', stream, streams.keys()))
  const topics = new Set([
    ...webhook.ignoredTopics,
    ...[...resources.values()].flatMap((resource) => [...resource.topics]),
  ])
  if (topic !== undefined && !topics.has(topic)) throw usageError(unknownName('topic', topic, topics))
}

function render(result: Preview, { json, paint }: CommandContext, request: boolean): string {
  if (request) return formatJson(result.bodies)
  return json ? formatJson(result.items) : formatPreview(result.items, paint)
}
