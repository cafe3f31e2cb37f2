/** Makes a case file of the records of a recording: what they were, their lookups, and what became of them. */
import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../ports/types.ts'
import { openEnvelope } from '../../source/envelope.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseOccurrence } from '../types.ts'
import { metricOfAll, toExpectation } from './expectation.ts'
import { findLookupRows } from './lookup-rows.ts'
import type { Recording } from './recording.ts'
import { type ReplayParts, replayRecording } from './replay/replay.ts'
import { makePage } from './synthetic-exchanges.ts'

export interface CaseFileOptions {
  /** Of the file, without its extension: begins the names of fixtures. */
  readonly name: string
  /** The address of the schema, for editors. */
  readonly schema: string
  /** Only occurrences of this metric are expected. Default: of the one that fails, if it is one. */
  readonly metric?: string
}

export interface CaseFile {
  readonly text: string
  /** By path, relative to the case file. */
  readonly fixtures: ReadonlyMap<string, string>
  /** Of the records that failed in the replay: none means that their faults are not of the mapping. */
  readonly faults: number
}

interface GivenRecord {
  readonly given: JsonObject
  readonly item: Json
  readonly ingress: 'webhook' | 'backfill'
  /** The recording of this record alone. */
  readonly recording: Recording
}

/** One case for each record. Replays each offline for what it expects. */
export async function makeCaseFile(
  recording: Recording,
  options: CaseFileOptions,
  parts: ReplayParts,
): Promise<CaseFile> {
  const records = [...(await listWebhooks(recording, parts.spec)), ...(await listItems(recording, parts.spec))]
  const results = await Promise.all(
    records.map(async (record) => (await replayRecording(record.recording, parts)).occurrences),
  )
  const metric = options.metric ?? metricOfAll(results.flat())
  const fixtures = new Map<string, string>()
  const lookups = await formatLookups(recording, parts.spec)
  const lookupsFile = `fixtures/${options.name}-lookups.json`
  if (lookups !== undefined) fixtures.set(lookupsFile, lookups)
  const cases = records.map(({ given, item, ingress }, index) => {
    const fixture = `fixtures/${options.name}${records.length > 1 ? `-${index + 1}` : ''}.json`
    fixtures.set(fixture, `${JSON.stringify(item, undefined, 2)}\n`)
    const seen = (results[index] ?? []).filter((one) => metric === undefined || one.metric === metric)
    return {
      name: nameOf(seen, index, records.length),
      given: { ...given, fixture, ...(lookups !== undefined && { lookups: lookupsFile }) },
      ingresses: [ingress],
      because: `recorded as it arrived by ${ingress}`,
      expect: seen.map((one) => toExpectation(one, recording.manifest.workspace, metric)),
    }
  })
  const faults = results.flat().filter((one) => 'fault' in one).length
  const body = stringify({ ...(metric !== undefined && { metric }), cases }, { lineWidth: 120 })
  return { text: `${header(options, faults)}${body}`, fixtures, faults }
}

function header({ schema, name }: CaseFileOptions, faults: number): string {
  const advice =
    faults > 0
      ? `# The fault below is what happened. Replace it by the event that is to come, fix the mapping, and run it again; or fix
# the mapping first, and let \`connector test ${name}.yaml --update\` write what comes then. Read it before you commit it.
`
      : `# What is expected below is what came. Correct it to what is to come; \`connector test ${name}.yaml\` tells the difference.
`
  return `# yaml-language-server: $schema=${schema}
# Made of recorded data by \`connector record\`, with substitutes in place of all personal data.
${advice}`
}

function nameOf(seen: readonly CaseOccurrence[], index: number, count: number): string {
  const failed = seen.find((one) => 'fault' in one)
  const what = failed === undefined ? 'recorded' : `${failed.metric || 'a record'} fails with ${failed.fault.code}`
  return count > 1 ? `${what} (${index + 1})` : what
}

async function listWebhooks({ manifest, exchanges, webhooks }: Recording, spec: Spec): Promise<readonly GivenRecord[]> {
  return Promise.all(
    webhooks.map(async (webhook): Promise<GivenRecord> => {
      const { topic, item, id, workspace } = await openEnvelope(webhook.body, spec)
      const { streams: _, ...rest } = manifest
      const given = { workspace, now: webhook.at, topic, ...(id !== undefined && { notification: { id } }) }
      const recording = { manifest: { ...rest, recorded: webhook.at }, exchanges, webhooks: [webhook] }
      return { given, item, ingress: 'webhook', recording }
    }),
  )
}

/** Items of the pages that were made up for single records. */
async function listItems({ manifest, exchanges }: Recording, spec: Spec): Promise<readonly GivenRecord[]> {
  const records: GivenRecord[] = []
  for (const [name, { pageSize }] of Object.entries(manifest.streams ?? {})) {
    const stream = spec.streams.get(name)
    const page = exchanges.find(
      ({ synthetic, request }) => synthetic && stream && new URL(request.url).pathname.endsWith(stream.request.path),
    )
    const items = page && (await stream?.records.evaluate(page.response.body))
    if (!Array.isArray(items) || page === undefined || stream === undefined) continue
    for (const item of items as readonly Json[]) {
      const given = { workspace: manifest.workspace, now: manifest.recorded, stream: name }
      const own = exchanges.map((one) => (one === page ? makePage(spec, name, [item]) : one))
      const streams = { [name]: { records: 1, pageSize } }
      records.push({
        given,
        item,
        ingress: 'backfill',
        recording: { manifest: { ...manifest, streams }, exchanges: own, webhooks: [] },
      })
    }
  }
  return records
}

/** In the form of `preview --lookups`. Undefined: there are none. */
async function formatLookups({ exchanges }: Recording, spec: Spec): Promise<string | undefined> {
  const found = [...(await findLookupRows(spec, exchanges))].map(([name, rows]) => [
    name,
    Object.fromEntries([...rows].filter(([, row]) => row !== null)),
  ])
  return found.length === 0 ? undefined : `${JSON.stringify(Object.fromEntries(found), undefined, 2)}\n`
}
