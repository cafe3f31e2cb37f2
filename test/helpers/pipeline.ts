/** A webhook and an import through the whole connector, as plain data: the same for compiled and interpreted expressions. */
import { readFileSync } from 'node:fs'
import { functions } from '../../connector/functions/index.ts'
import { specFolder } from '../../connector/spec.ts'
import { createBuiltExpressions } from '../../runtime/expression/built-expressions.ts'
import type { Expression } from '../../runtime/expression/expression.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import type { SpecBundle } from '../../runtime/spec/load-bundle.ts'
import { findContactWithEmail, type HarnessOptions, startConnector } from './connector-harness.ts'

export interface PipelineResult {
  /** Whether this environment can generate code. */
  readonly generates: boolean
  /** Interpreted expressions, by reason. */
  readonly refused: Readonly<Record<string, number>>
  readonly expressions: number
  /** Events accepted by the Klaviyo sandbox. */
  readonly live: Json
  readonly history: Json
}

export async function runPipeline(built?: SpecBundle): Promise<PipelineResult> {
  const expressions = built ? createBuiltExpressions(built, { functions }) : await loadShippedExpressions()
  const refused: Record<string, number> = {}
  for (const { notCompiled } of expressions) {
    const { reason } = notCompiled ?? {}
    if (reason !== undefined) refused[reason] = (refused[reason] ?? 0) + 1
  }
  const options = { connector: { settings: { ...(built && { spec: built }) } } }
  const result = { generates: canGenerateCode(), refused, expressions: expressions.length }
  return { ...result, live: await sendWebhooks(options), history: await importHistory(options) }
}

async function loadShippedExpressions(): Promise<readonly Expression[]> {
  const { expressions } = await loadSpec(specFolder(), { functions })
  return expressions.map(({ expression }) => expression)
}

async function sendWebhooks(options: HarnessOptions): Promise<Json> {
  const { notify, work, klaviyo, intercom, clock } = await startConnector(options)
  const { id } = await findContactWithEmail(intercom)
  const fixture = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../conformance/fixtures/${name}.json`, import.meta.url), 'utf8')) as JsonObject
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
  // The ticket is too old for its event to start a flow; the conversation is of this moment.
  const created_at = clock.now() / 1000
  const source = { type: 'conversation', author: { type: 'user', id } }
  await notify('conversation.user.created', { ...fixture('conversation'), created_at, source, contacts })
  await notify('ticket.state.updated', { ...fixture('ticket'), contacts })
  await work()
  return sentEvents(klaviyo)
}

async function importHistory(options: HarnessOptions): Promise<Json> {
  const { connector, clock, klaviyo } = await startConnector(options)
  const read = async () => {
    for await (const { phase } of connector.backfill({ signal: new AbortController().signal }))
      if (phase === 'done') return
  }
  await clock.until(read())
  return sentEvents(klaviyo)
}

/** Sorted by key, without generated ids and times: engines differ in timing. */
function sentEvents(klaviyo: { events(): readonly { key?: string }[] }): Json {
  const generated = new Set(['id', 'uuid', 'metricId', 'profileId', 'receivedAt'])
  const events = [...klaviyo.events()].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1))
  return JSON.parse(JSON.stringify(events, (key, value) => (generated.has(key) ? undefined : value)))
}

function canGenerateCode(): boolean {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}
