/** Messages of the Airbyte protocol: one JSON object a line on standard output. */
import { once } from 'node:events'
import type { Logger } from 'intercom-to-klaviyo/runtime'

/** Waits while the platform reads slower than we write. */
export async function print(type: string, content: object): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify({ type, ...content })}\n`)) await once(process.stdout, 'drain')
}

const log = (level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR') => (message: string) =>
  void print('LOG', { log: { level, message } })

export const logger: Logger = { debug() {}, info: log('INFO'), warn: log('WARN'), error: log('ERROR') }

export interface ConfiguredStream {
  readonly stream: { readonly name: string }
  readonly sync_mode: 'full_refresh' | 'incremental'
}

/** One state for each stream: the moment from which the next sync has to read, ISO 8601. */
export interface StreamState {
  readonly type: 'STREAM'
  readonly stream: {
    readonly stream_descriptor: { readonly name: string }
    readonly stream_state: { readonly since: string }
  }
}

export const SPECIFICATION = {
  documentationUrl: 'https://github.com/intercom-to-klaviyo/connector/tree/main/examples/airbyte',
  supportsIncremental: true,
  connectionSpecification: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Intercom events',
    type: 'object',
    required: ['access_token', 'start_date'],
    additionalProperties: true,
    properties: {
      access_token: { type: 'string', title: 'Intercom access token', airbyte_secret: true, order: 0 },
      start_date: {
        type: 'string',
        title: 'Start date',
        format: 'date-time',
        examples: ['2026-01-01T00:00:00Z'],
        order: 1,
      },
      region: { type: 'string', title: 'Region of the workspace', enum: ['us', 'eu', 'au'], default: 'us', order: 2 },
      lookback_hours: {
        type: 'integer',
        title: 'Lookback, hours',
        description:
          'Each sync reads so much again: for people who gave their address later. Known keys change nothing.',
        default: 24,
        minimum: 0,
        order: 3,
      },
      base_url: {
        type: 'string',
        title: 'Base URL',
        description: 'Only to try the source against a sandbox',
        order: 4,
      },
    },
  },
}
