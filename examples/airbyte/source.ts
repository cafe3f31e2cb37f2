/** A source of Airbyte: the mapped events of Intercom, a stream for each metric. Commands: `spec`, `check`, `discover`, `read`. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { intercomToKlaviyo } from 'intercom-to-klaviyo'
import { systemClock as clock, type PropertyType, toFault } from 'intercom-to-klaviyo/runtime'
import { type ConfiguredStream, logger, print, SPECIFICATION, type StreamState } from './protocol.ts'

const text = { type: 'string' } as const
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { config: text, catalog: text, state: text },
})
const readJson = async (path = '') => JSON.parse(await readFile(path, 'utf8'))

/** In memory: what has to last is in Airbyte's state. */
async function open(config: Readonly<Record<string, string>>) {
  const secrets = { intercomAccessToken: config.access_token }
  const settings = { intercomRegion: config.region, intercomBaseUrl: config.base_url }
  return intercomToKlaviyo({ secrets, settings, clock, logger })
}

async function check(): Promise<void> {
  try {
    const connector = await open(await readJson(values.config))
    await connector.estimate({ signal: AbortSignal.timeout(60_000) }) // reads one page of each kind
    await print('CONNECTION_STATUS', { connectionStatus: { status: 'SUCCEEDED' } })
  } catch (error) {
    await print('CONNECTION_STATUS', { connectionStatus: { status: 'FAILED', message: toFault(error).message } })
  }
}

const TYPES: Readonly<Record<PropertyType, string>> = {
  ...{ string: 'string', number: 'number', boolean: 'boolean', list: 'array', object: 'object' },
}

async function discover(): Promise<void> {
  const { spec } = await open(await readJson(values.config))
  const streams = spec.mappings.map(({ metric, properties }) => {
    const columns = properties.map(({ name, type }) => [name, type ? { type: ['null', TYPES[type]] } : {}])
    const time = { type: 'string', format: 'date-time' }
    const json_schema = {
      type: 'object',
      properties: {
        ...{ key: { type: 'string' }, time, contact: { type: ['null', 'string'] } },
        profile: {
          type: 'object',
          properties: { email: { type: ['null', 'string'] }, phone_number: { type: ['null', 'string'] } },
        },
        properties: { type: 'object', properties: Object.fromEntries(columns) },
      },
    }
    const modes = { supported_sync_modes: ['full_refresh', 'incremental'], source_defined_cursor: true }
    return {
      name: metric,
      json_schema,
      ...modes,
      default_cursor_field: ['time'],
      source_defined_primary_key: [['key']],
    }
  })
  await print('CATALOG', { catalog: { streams } })
}

async function read(): Promise<void> {
  const config = await readJson(values.config)
  const { streams }: { streams: readonly ConfiguredStream[] } = await readJson(values.catalog)
  const states: readonly StreamState[] = values.state === undefined ? [] : await readJson(values.state)
  const stateOf = (name: string) =>
    states.find(({ stream }) => stream.stream_descriptor.name === name)?.stream.stream_state
  const sinceOf = ({ stream, sync_mode }: ConfiguredStream) =>
    Date.parse((sync_mode === 'incremental' && stateOf(stream.name)?.since) || config.start_date)
  const since = Math.min(...streams.map(sinceOf))
  const until = clock.now()
  const counts = new Map(streams.map(({ stream }) => [stream.name, 0]))

  const connector = await open(config)
  const stop = new AbortController()
  const events = connector.events({ signal: stop.signal })
  const history = connector.backfill({ since, until, only: [...counts.keys()], signal: stop.signal })
  const importing = lastOf(history).finally(() => stop.abort())
  for await (const event of events) {
    const count = event.kind === 'event' ? counts.get(event.metric) : undefined
    if (event.kind !== 'event' || count === undefined) continue
    counts.set(event.metric, count + 1)
    const { key, time, contact, profile, properties } = event
    const data = { key, time, contact, profile, properties }
    await print('RECORD', { record: { stream: event.metric, emitted_at: clock.now(), data } })
  }
  const end = await importing
  if (end?.phase !== 'done') throw new Error(`the history is not complete: the sync ended in phase ${end?.phase}`)
  const next = new Date(until - Number(config.lookback_hours ?? 24) * 3_600_000).toISOString()
  for (const [name, recordCount] of counts) {
    const stream = { stream_descriptor: { name }, stream_state: { since: next } }
    await print('STATE', { state: { type: 'STREAM', stream, sourceStats: { recordCount } } })
  }
}

async function lastOf<T>(values: AsyncIterable<T>): Promise<T | undefined> {
  let last: T | undefined
  for await (const value of values) last = value
  return last
}

const commands: Readonly<Record<string, () => Promise<void>>> = {
  ...{ check, discover, read },
  spec: () => print('SPEC', { spec: SPECIFICATION }),
}

try {
  const run = commands[positionals[0] ?? '']
  if (run === undefined)
    throw new Error('usage: source.ts spec | check | discover | read, with --config, --catalog, --state')
  await run()
} catch (error) {
  // Without a state the next sync reads the same again.
  const { message, kind } = toFault(error)
  const failure_type = kind === 'config' ? 'config_error' : kind === 'transient' ? 'transient_error' : 'system_error'
  await print('TRACE', { trace: { type: 'ERROR', emitted_at: clock.now(), error: { message, failure_type } } })
  process.exitCode = 1
}
