/** The example for Airbyte as the platform runs it: commands with files, messages on standard output, state between syncs. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import { createCleanup, startSandbox, TOKEN, temporaryFolder } from '../helpers/processes/processes.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

interface Message {
  readonly type: string
  readonly spec?: { readonly connectionSpecification: object }
  readonly connectionStatus?: { readonly status: string; readonly message?: string }
  readonly catalog?: { readonly streams: readonly { readonly name: string; readonly json_schema: object }[] }
  readonly record?: { readonly stream: string; readonly data: { readonly key: string; readonly time: string } }
  readonly state?: { readonly stream: { readonly stream_descriptor: object; readonly stream_state: { since: string } } }
}

test('checks, discovers, and reads each event once, then only what is new', async ({ onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const { env } = await startSandbox(closing, { conversations: 60, tickets: 40 })
  const folder = temporaryFolder(closing)
  const program = 'examples/airbyte/source.ts'
  const bundle = (await bundlePrograms([program], closing))(program)
  const source = (...args: readonly string[]) => run([bundle, ...args])
  const write = (name: string, value: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return join(folder, name)
  }
  const config = { access_token: TOKEN, start_date: '2015-01-01T00:00:00Z', base_url: env.INTERCOM_BASE_URL }
  const configs = { good: write('config.json', config), bad: write('bad.json', { ...config, access_token: 'wrong' }) }

  const [spec] = await source('spec')
  expect(ajv.validate(spec?.spec?.connectionSpecification ?? {}, config)).toBe(true)
  expect(ajv.validate(spec?.spec?.connectionSpecification ?? {}, {})).toBe(false)
  expect(await source('check', '--config', configs.good)).toMatchObject([{ connectionStatus: { status: 'SUCCEEDED' } }])
  const [refused] = await source('check', '--config', configs.bad)
  expect(refused?.connectionStatus).toMatchObject({ status: 'FAILED', message: expect.stringMatching(/token/i) })

  const [{ catalog } = {}] = await source('discover', '--config', configs.good)
  const streams = catalog?.streams ?? []
  expect(streams).toHaveLength(9)
  const configured = streams.slice(0, 2).map((stream) => ({
    ...{ stream, sync_mode: 'incremental', destination_sync_mode: 'append_dedup' },
  }))
  const read = ['read', '--config', configs.good, '--catalog', write('catalog.json', { streams: configured })]
  const first = await source(...read)
  const records = first.flatMap(({ record }) => record ?? [])
  expect(new Set(records.map(({ stream }) => stream))).toEqual(new Set(configured.map(({ stream }) => stream.name)))
  expect(new Set(records.map(({ data }) => data.key)).size).toBe(records.length)
  for (const { stream, data } of records) {
    const schema = streams.find(({ name }) => name === stream)?.json_schema ?? false
    expect(ajv.validate(schema, data), JSON.stringify([data, ajv.errors])).toBe(true)
  }

  const states = first.flatMap(({ state }) => state ?? [])
  expect(states).toHaveLength(2)
  const since = Date.parse(states[0]?.stream.stream_state.since ?? '')
  const second = await source(...read, '--state', write('state.json', states))
  const again = second.flatMap(({ record }) => record ?? [])
  expect(again.map(({ data }) => data.key).sort()).toEqual(
    records
      .filter(({ data }) => Date.parse(data.time) >= since)
      .map(({ data }) => data.key)
      .sort(),
  )
  expect(second.filter(({ state }) => state)).toHaveLength(2)

  const elsewhere = write('elsewhere.json', { ...config, base_url: undefined, region: 'mars' })
  const failed = await source('read', '--config', elsewhere, '--catalog', join(folder, 'catalog.json'))
  expect(failed.at(-1)).toMatchObject({ type: 'TRACE', trace: { error: { failure_type: 'config_error' } } })
  expect(failed.filter(({ state }) => state)).toEqual([])
})

/** Runs a command. Every line is a valid message of the protocol; logs are left out. */
async function run(args: readonly string[]): Promise<readonly Message[]> {
  const options = { cwd, env: { PATH: process.env.PATH }, maxBuffer: 100_000_000 }
  const running = promisify(execFile)(process.execPath, args, options)
  const { stdout } = await running.catch((error: { readonly stdout: string }) => error)
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const message of messages) expect(isMessage(message), JSON.stringify([message, isMessage.errors])).toBe(true)
  return messages.filter(({ type }) => type !== 'LOG')
}

const ajv = new Ajv({ strict: false })
formats.default(ajv)

const object = (required: readonly string[], properties: object) => {
  return { type: 'object', required, properties, additionalProperties: false }
}
const name = { type: 'string' }
const stream = object(['name', 'json_schema', 'supported_sync_modes'], {
  ...{ name, json_schema: { type: 'object' }, source_defined_cursor: { type: 'boolean' } },
  supported_sync_modes: { type: 'array', minItems: 1, items: { enum: ['full_refresh', 'incremental'] } },
  default_cursor_field: { type: 'array', items: name },
  source_defined_primary_key: { type: 'array', items: { type: 'array', items: name } },
})
const content = {
  SPEC: {
    spec: object(['connectionSpecification'], {
      ...{ documentationUrl: { type: 'string', format: 'uri' }, supportsIncremental: { type: 'boolean' } },
      connectionSpecification: { type: 'object' },
    }),
  },
  CONNECTION_STATUS: {
    connectionStatus: object(['status'], { status: { enum: ['SUCCEEDED', 'FAILED'] }, message: name }),
  },
  CATALOG: { catalog: object(['streams'], { streams: { type: 'array', items: stream } }) },
  RECORD: {
    record: object(['stream', 'data', 'emitted_at'], {
      ...{ stream: name, data: { type: 'object' }, emitted_at: { type: 'integer' } },
    }),
  },
  STATE: {
    state: object(['type', 'stream'], {
      type: { const: 'STREAM' },
      stream: object(['stream_descriptor'], {
        stream_descriptor: object(['name'], { name, namespace: name }),
        stream_state: { type: 'object' },
      }),
      sourceStats: object([], { recordCount: { type: 'number' } }),
    }),
  },
  LOG: {
    log: object(['level', 'message'], {
      level: { enum: ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] },
      message: name,
    }),
  },
  TRACE: {
    trace: object(['type', 'emitted_at'], {
      ...{ type: { const: 'ERROR' }, emitted_at: { type: 'number' } },
      error: object(['message'], {
        ...{ message: name, internal_message: name, stack_trace: name },
        failure_type: { enum: ['system_error', 'config_error', 'transient_error'] },
      }),
    }),
  },
}
/** The messages of a source, by version 0 of the protocol. */
const isMessage = ajv.compile({
  oneOf: Object.entries(content).map(([type, properties]) =>
    object(['type', ...Object.keys(properties)], { type: { const: type }, ...properties }),
  ),
})
