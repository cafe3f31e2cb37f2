/** `preview`: what would be sent of one webhook or one page, without credentials and without sending. */

import { json } from '../../lib/format.ts'
import type { Preview, PreviewInput } from '../../mapping/preview.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { previewText } from '../output/preview-text.ts'
import { unknownName } from '../parse.ts'
import { readJson, readJsonOrYaml } from '../read-input.ts'
import { withConnector } from '../with-connector.ts'

export const preview: CommandDefinition = {
  name: 'preview',
  summary: 'Show what would be sent of a webhook or a page of a stream. Sends nothing, needs no credentials.',
  operand: {
    flags: '<file>',
    description: 'JSON: a notification or its item; a page, a list or one item. "-" is stdin',
  },
  options: [
    { flags: '--topic <topic>', description: 'read it as a webhook of this topic' },
    { flags: '--stream <stream>', description: 'read it as history of this stream' },
    { flags: '--lookups <file>', description: 'what records refer to, by lookup name, as JSON or YAML' },
    { flags: '--workspace <id>', description: 'prefix of the keys, where the file does not say' },
    { flags: '--request', description: 'print the request bodies instead' },
  ],
  examples: [
    ['preview --topic ticket.created webhook.json', 'a recorded notification'],
    ['preview --stream tickets page.json --lookups people.yaml', 'a page of history, with contacts and admins'],
    ['preview --topic ticket.created - --request < webhook.json', 'the bodies that would be posted'],
  ],
  async run(context, input) {
    const data = await inputOf(context, input)
    const opened = { needs: [], store: 'memory:' } as const
    const result = await withConnector(context, opened, ({ connector, spec }) => {
      checkWords(data, spec)
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

/** A live notification of an unknown topic is kept and skipped; here it can only be a slip of the pen. */
function checkWords({ topic, stream }: PreviewInput, { streams, resources, webhook }: Spec): void {
  if (stream !== undefined && !streams.has(stream)) throw usageError(unknownName('stream', stream, streams.keys()))
  const topics = new Set([...webhook.ignoredTopics, ...[...resources.values()].flatMap((it) => [...it.topics])])
  if (topic !== undefined && !topics.has(topic)) throw usageError(unknownName('topic', topic, topics))
}

function render(result: Preview, { json: machine, paint }: CommandContext, request: boolean): string {
  if (request) return json(result.bodies)
  return machine ? json(result.items) : previewText(result.items, paint)
}
