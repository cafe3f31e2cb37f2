/** The options of `record`, and what each command line asks for. */

import type { Spec } from '../../../spec/spec.ts'
import type { CommandInput, OptionDefinition } from '../../command.ts'
import { usageError } from '../../errors.ts'
import { parseCount, parseList, parsePositive, unknownName } from '../../parse.ts'

export const recordOptions: readonly OptionDefinition[] = [
  {
    flags: '--stream <streams>',
    description: 'the first records of these streams, separated by commas, by a real import',
  },
  { flags: '--topic <topic>', description: 'the newest stored webhook of this topic' },
  { flags: '--wait [minutes]', description: 'the next webhook of --topic that a running `start` stores (default: 10)' },
  { flags: '--dead <code>', description: 'dead letters with this fault code' },
  { flags: '--trace <id>', description: 'records of the ledger: any id, key or address that `trace` takes' },
  { flags: '--har <file>', description: 'exchanges that a browser or a proxy exported as HAR 1.2' },
  { flags: '--from <dir>', description: 'hand-made JSON: notifications, pages of streams, single items' },
  { flags: '--limit <number>', description: 'records of each stream, or dead letters (default: 20)' },
  {
    flags: '--keep <name>',
    description: 'an attribute whose text stays, e.g. "Order number"; repeatable',
    repeatable: true,
  },
  { flags: '--out <dir>', description: 'the folder to write (default: tests/recorded/<date>-<what> beside the spec)' },
  {
    flags: '--case <file>',
    description: 'write a case of the records in place of a folder, e.g. tests/dead-letter.yaml',
  },
  { flags: '--send', description: 'send the events of --stream, and record the real answers' },
  { flags: '--dry-run', description: 'write nothing: print what would be replaced' },
]

export type RecordOrigin =
  | { readonly kind: 'stream'; readonly names: readonly string[] }
  | { readonly kind: 'topic'; readonly topic: string; readonly wait?: number }
  | { readonly kind: 'dead'; readonly code: string }
  | { readonly kind: 'trace'; readonly ref: string }
  | { readonly kind: 'har'; readonly file: string }
  | { readonly kind: 'from'; readonly dir: string }

export interface RecordRequest {
  readonly origin: RecordOrigin
  readonly limit: number
  readonly keep: readonly string[]
  readonly out?: string
  readonly caseFile?: string
  readonly send: boolean
  readonly dryRun: boolean
}

const ORIGINS = ['stream', 'topic', 'dead', 'trace', 'har', 'from'] as const
const DEFAULT_LIMIT = 20
const DEFAULT_WAIT_MINUTES = 10
const MINUTE = 60_000

/** Throws a usage error for what does not go together. */
export function parseRequest(input: CommandInput): RecordRequest {
  const { value, flag } = input
  const given = ORIGINS.filter((name) => value(name) !== undefined)
  const [kind] = given
  if (kind === undefined || given.length > 1)
    throw usageError('record needs one of --stream, --topic, --dead, --trace, --har or --from')
  const isWaiting = flag('wait') || value('wait') !== undefined
  if (isWaiting && kind !== 'topic') throw usageError('--wait goes with --topic')
  if (flag('send') && kind !== 'stream')
    throw usageError('--send goes with --stream: other records were sent already, or are not yours')
  const [out, caseFile] = [value('out'), value('case')]
  if (caseFile !== undefined && (kind === 'stream' || kind === 'har'))
    throw usageError('--case makes a case of single records: use it with --dead, --trace, --topic or --from')
  const limit = parseCount(value('limit') ?? `${DEFAULT_LIMIT}`, '--limit')
  if (limit === 0) throw usageError('--limit must be 1 or more')
  return {
    origin: readOrigin(kind, value(kind) ?? '', isWaiting ? (value('wait') ?? `${DEFAULT_WAIT_MINUTES}`) : undefined),
    limit,
    keep: input.values('keep'),
    ...(out !== undefined && { out }),
    ...(caseFile !== undefined && { caseFile }),
    send: flag('send'),
    dryRun: flag('dry-run'),
  }
}

function readOrigin(kind: (typeof ORIGINS)[number], text: string, wait: string | undefined): RecordOrigin {
  switch (kind) {
    case 'stream':
      return { kind, names: parseList(text) }
    case 'topic':
      return { kind, topic: text, ...(wait !== undefined && { wait: parsePositive(wait, '--wait') * MINUTE }) }
    case 'dead':
      return { kind, code: text }
    case 'trace':
      return { kind, ref: text }
    case 'har':
      return { kind, file: text }
    case 'from':
      return { kind, dir: text }
  }
}

/** Rejects unknown names as typos. */
export function checkOrigin(origin: RecordOrigin, { streams, resources }: Spec): void {
  if (origin.kind === 'stream') {
    if (origin.names.length === 0) throw usageError('--stream names no stream')
    for (const name of origin.names)
      if (!streams.has(name)) throw usageError(unknownName('stream', name, streams.keys()))
  }
  if (origin.kind !== 'topic') return
  const topics = new Set([...resources.values()].flatMap((resource) => [...resource.topics]))
  if (!topics.has(origin.topic)) throw usageError(unknownName('topic', origin.topic, topics))
}
