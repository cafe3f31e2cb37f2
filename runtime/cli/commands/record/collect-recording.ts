/** Collects what a command line of `record` asks for: from the source, the ledger, or files. */
import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { toRecording } from '../../../conformance/recording/import/imported-data.ts'
import { readHar } from '../../../conformance/recording/import/read-har.ts'
import { readItems } from '../../../conformance/recording/import/read-items.ts'
import { type RecordParts, recordInput, recordStreams } from '../../../conformance/recording/record.ts'
import type { Recording } from '../../../conformance/recording/recording.ts'
import { plural } from '../../../lib/format.ts'
import { silentLogger } from '../../../system.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES, usageError } from '../../errors.ts'
import { type CheckedSpec, loadSpecOrExit } from '../../load-spec.ts'
import { readJson } from '../../read-input.ts'
import {
  type ConnectorNeeds,
  type OpenConnector,
  storeIsThere,
  warnOfMissingStore,
  withConnector,
} from '../../with-connector.ts'
import { findRecords, toInput } from './find-records.ts'
import { checkOrigin, type RecordOrigin, type RecordRequest } from './record-options.ts'

export interface Collected {
  readonly recording: Recording
  readonly loaded: CheckedSpec
  /** What is not in it, and why. */
  readonly notes: readonly string[]
}

export async function collectRecording(request: RecordRequest, context: CommandContext): Promise<Collected> {
  const { origin } = request
  if (origin.kind === 'har' || origin.kind === 'from') return collectFiles(origin, context)
  const needs: ConnectorNeeds['needs'] = request.send ? ['source', 'destination'] : ['source']
  if (origin.kind !== 'stream') warnOfMissingStore(context)
  // Recording a stream needs a store only for its credentials.
  const store = origin.kind === 'stream' && !storeIsThere(context) ? { store: 'memory:' } : {}
  return withConnector(context, { needs, ...store }, async (opened) => {
    checkOrigin(origin, opened.spec)
    const parts = partsOf(opened, request, context)
    if (origin.kind === 'stream') {
      const recording = await recordStreams(parts, origin.names, request.limit)
      return { recording, loaded: opened.loaded, notes: [] }
    }
    const found = await findRecords(origin, request.limit, opened, context)
    const input = toInput(found.entries, describeOrigin(origin, found.entries.length))
    return { recording: await recordInput(parts, input), loaded: opened.loaded, notes: found.notes }
  })
}

function partsOf(
  { spec, connections, open }: OpenConnector,
  { origin, send }: RecordRequest,
  { io }: CommandContext,
): RecordParts {
  if (connections === undefined) throw usageError('this connector has no credentials to record with')
  // Of records of the ledger it would repeat what the ledger tells.
  const quiet = origin.kind !== 'stream' && { logger: silentLogger }
  return {
    spec,
    open: (session) => open(session.spec, { ...session, ...quiet }),
    fetch: io.fetch,
    clock: io.clock,
    source: connections.source,
    ...(send && { destination: connections.destination }),
    signal: io.signal,
  }
}

function describeOrigin(origin: RecordOrigin, count: number): string {
  switch (origin.kind) {
    case 'topic':
      return `${count} ${origin.topic}`
    case 'dead':
      return `${plural(count, 'dead letter')} with ${origin.code}`
    default:
      return plural(count, 'record')
  }
}

async function collectFiles(
  origin: Extract<RecordOrigin, { readonly kind: 'har' | 'from' }>,
  context: CommandContext,
): Promise<Collected> {
  const loaded = await loadSpecOrExit(context)
  const { spec } = loaded
  if (origin.kind === 'har') {
    const har = await readJson(origin.file, context.io)
    const { at, ignored, ...data } = await readHar(har, spec, baseUrlsOf(context))
    if (data.exchanges.length + data.webhooks.length + data.items.size === 0)
      throw new CliError(
        EXIT_CODES.failed,
        `the HAR file has no exchange with ${context.app.labels.source} or ${context.app.labels.destination}: export it with content, of requests to ${Object.values(spec.source.hosts).join(' or ')}`,
      )
    const notes =
      ignored === 0 ? [] : [`${plural(ignored, 'entry', 'entries')} of other hosts or without an answer left out`]
    return { recording: await toRecording(data, spec, { what: 'a HAR file', at: at + 60_000 }), loaded, notes }
  }
  const files = await readFolder(origin.dir, context)
  const now = context.io.clock.now()
  const data = await readItems(files, spec, now)
  return {
    recording: await toRecording(data, spec, { what: plural(files.length, 'file'), at: now }),
    loaded,
    notes: [],
  }
}

/** Addresses that settings put in place of the vendors': a HAR of the sandbox has these. */
const baseUrlsOf = ({ env }: CommandContext): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) => (name.endsWith('_BASE_URL') && value ? [value] : []))

async function readFolder(dir: string, { io }: CommandContext) {
  const root = resolve(io.cwd, dir)
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw usageError(`--from ${dir}: cannot read the folder (${error.code})`)
    },
  )
  const paths = entries
    .filter((one) => one.isFile() && one.name.endsWith('.json'))
    .map((one) => join(one.parentPath, one.name))
  if (paths.length === 0) throw usageError(`--from ${dir}: the folder has no .json file`)
  return Promise.all(
    paths.sort().map(async (path) => ({ name: relative(root, path), value: await readJson(path, io) })),
  )
}
