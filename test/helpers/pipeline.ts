/** A webhook and an import through the whole connector, told in plain data: whatever runs the expressions, it is the same. */
import { readFileSync } from 'node:fs'
import { functions } from '../../connector/functions/index.ts'
import { specFolder } from '../../connector/spec.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { loadBundle, type SpecBundle } from '../../runtime/spec/load-bundle.ts'
import { findContactWithEmail, startConnector } from './connector-harness.ts'

export interface PipelineResult {
  /** Whether text can be made into code here. */
  readonly generates: boolean
  /** Why expressions are interpreted, and how many for each reason. */
  readonly refused: Readonly<Record<string, number>>
  readonly expressions: number
  /** What the local destination took. */
  readonly live: Json
  readonly history: Json
}

export async function runPipeline(built?: SpecBundle): Promise<PipelineResult> {
  const { spec, expressions } = await (built ? loadBundle(built, { functions }) : loadSpec(specFolder(), { functions }))
  if (spec === undefined) throw new Error('the shipped spec has no errors')
  const refused: Record<string, number> = {}
  for (const { expression } of expressions) {
    const { reason } = expression.notCompiled ?? {}
    if (reason !== undefined) refused[reason] = (refused[reason] ?? 0) + 1
  }
  const given = { connector: { settings: { spec: built ?? spec } } }
  const told = { generates: canGenerateCode(), refused, expressions: expressions.length }
  return { ...told, live: await sendWebhooks(given), history: await importHistory(given) }
}

type Given = Parameters<typeof startConnector>[0]

async function sendWebhooks(given: Given): Promise<Json> {
  const { notify, work, klaviyo, intercom, clock } = await startConnector(given)
  const { id } = await findContactWithEmail(intercom)
  const fixture = (name: string) =>
    JSON.parse(readFileSync(new URL(`../fixtures/intercom/${name}.json`, import.meta.url), 'utf8')) as JsonObject
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
  // The ticket is too old for its event to start a flow; the conversation is of this moment.
  const created_at = clock.now() / 1000
  const source = { type: 'conversation', author: { type: 'user', id } }
  await notify('conversation.user.created', { ...fixture('conversation'), created_at, source, contacts })
  await notify('ticket.state.updated', { ...fixture('ticket'), contacts })
  await work()
  return sentEvents(klaviyo)
}

async function importHistory(given: Given): Promise<Json> {
  const { connector, clock, klaviyo } = await startConnector(given)
  const read = async () => {
    for await (const { phase } of connector.backfill({ signal: new AbortController().signal }))
      if (phase === 'done') return
  }
  await clock.until(read())
  return sentEvents(klaviyo)
}

/** In the order of their keys, without what the destination made up: engines differ in when they answer. */
function sentEvents(klaviyo: { events(): readonly { key?: string }[] }): Json {
  const madeUp = new Set(['id', 'uuid', 'metricId', 'profileId', 'receivedAt'])
  const events = [...klaviyo.events()].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1))
  return JSON.parse(JSON.stringify(events, (key, value) => (madeUp.has(key) ? undefined : value)))
}

function canGenerateCode(): boolean {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}
