/** Parts of the privacy test: servers that echo what they receive, a connector whose output is recorded, a search for leaks. */

import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import type { LogFields, Logger } from '../../runtime/ports/effects.ts'
import { toFault } from '../../runtime/ports/fault.ts'
import type { Observation } from '../../runtime/ports/observation.ts'
import type { Store } from '../../runtime/ports/store.ts'
import type { EventResult, Settlement } from '../../runtime/ports/types.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { type HarnessOptions, startConnector } from './connector-harness.ts'
import { seededRandom } from './open-intercom.ts'

/** The workshop's token, client secret and key. */
const SECRETS = ['test-token', 'test-client-secret', 'pk_test']
/** Fields with personal data, in records of the source and in requests to the destination. */
const PERSONAL =
  /^(email|phone|phone_number|name|body|subject|title|remark|_default_(title|description)_)$|(Email|Name|Title)$/
/** Shorter texts occur anywhere, and single words are names of tags and states. */
const isDistinctive = (text: string) => text.length >= 6 && /[ @\d]/.test(text)

/** Every text in the JSON that is personal data. */
function personalTexts(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return PERSONAL.test(key) && isDistinctive(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one) => personalTexts(one, key))
  const entries = Object.entries(Object(value)).filter(([name]) => name !== 'metric')
  return entries.flatMap(([name, one]) => personalTexts(one, name))
}

const leaks = (output: readonly string[], secrets: Iterable<string>) =>
  [...secrets].filter((secret) => output.some((line) => line.includes(secret)))

type Failure = (sent: string) => Response
export const jsonResponse = (status: number, body: unknown, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers })
const header = (sent: string) => sent.replace(/[^ -~]/g, '').slice(-60)

/** The worst answers of servers, proxies and networks: they echo the request, credentials included. */
const intercomFailures: readonly Failure[] = [
  (sent) => new Response(`<html>${sent}</html>`, { status: 502 }),
  (sent) => new Response(`<html>${sent}</html>`, { status: 200 }),
  (sent) =>
    jsonResponse(500, { type: 'error.list', request_id: sent, errors: [{ code: sent, message: sent, field: sent }] }),
  (sent) => {
    throw new TypeError(`fetch failed: ${sent}`)
  },
]
const entry = '/data/attributes/events-bulk-create/data/0'
const phone = '/data/attributes/profile/data/attributes/phone_number'
const klaviyoFailures: readonly Failure[] = [
  (sent) => jsonResponse(400, { errors: [{ code: 'invalid', detail: sent }] }),
  (sent) => jsonResponse(400, { errors: [{ code: sent, detail: `phone ${sent}`, source: { pointer: phone } }] }),
  (sent) => jsonResponse(400, { errors: [{ code: sent, detail: sent, source: { pointer: `/data/${sent}` } }] }),
  (sent) => jsonResponse(400, { errors: [{ detail: sent, source: { pointer: `${entry}/${sent}` } }] }),
  (sent) => jsonResponse(400, { errors: [{ detail: `'${sent}' is not a valid field for the resource '${sent}'` }] }),
  (sent) => jsonResponse(500, { errors: [{ id: sent, code: 'error' }] }),
  (sent) => jsonResponse(409, { errors: [{ code: 'duplicate_profile', detail: sent }] }),
  (sent) => jsonResponse(429, sent, { 'x-request-id': header(sent) }),
  (sent) => jsonResponse(202, sent, { 'x-klaviyo-req-id': header(sent) }),
  ...intercomFailures,
]

/** Fails this many of every seven requests to each side in a row; four are more than the retries in process. */
function failSomeRequests(secrets: Set<string>, failing: { readonly intercom: number; readonly klaviyo: number }) {
  const count = { intercom: 0, klaviyo: 0 }
  return async (request: Request) => {
    const body = await request.clone().text()
    for (const one of personalTexts(body === '' ? {} : JSON.parse(body))) secrets.add(one)
    const side = request.url.includes('klaviyo') ? 'klaviyo' : 'intercom'
    const nth = count[side]++
    const failures = side === 'klaviyo' ? klaviyoFailures : intercomFailures
    if (nth % 7 >= failing[side]) return undefined
    return failures[nth % failures.length]?.(`${body} ${request.url} ${request.headers.get('authorization')}`)
  }
}

/** Records log lines, outcomes and thrown errors. */
function createRecorder() {
  const output: string[] = []
  const line = (level: string) => (message: string, fields?: LogFields) =>
    void output.push(`${level} ${message} ${Object.entries(fields ?? {}).join(' ')}`)
  const logger: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const recordSettled = (settlements: readonly Settlement[]) => {
    for (const { outcome } of settlements)
      for (const { fault, receipt } of [outcome, ...outcome.events] as EventResult[])
        if (fault ?? receipt) output.push(JSON.stringify([fault, receipt]))
  }
  const recordThrown = (error: unknown) => {
    const { code, message, details } = toFault(error)
    output.push(`thrown ${code} ${message} ${JSON.stringify({ ...details, cause: undefined })}`)
  }
  return { output, logger, recordSettled, recordThrown }
}

/** Records each settlement before the store writes it. */
function recordSettlements(store: Store, onSettle: (settlements: readonly Settlement[]) => void): Store {
  const settle: Store['settle'] = (settlements) => {
    onSettle(settlements)
    return store.settle(settlements)
  }
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = name === 'settle' ? settle : Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export const NO_FAILURES = { intercom: 0, klaviyo: 0 }
/** The text that a careless rejection echoes. */
export const requestEcho = ({ headers, url }: Request) => `${headers.get('authorization')} ${url}`

/** A connector whose output is recorded, and the workspace's personal data. */
export async function recordedConnector(failing = { intercom: 2, klaviyo: 4 }, options: HarnessOptions = {}) {
  const { output, logger, recordSettled, recordThrown } = createRecorder()
  const clock = virtualClock()
  const store = recordSettlements(memoryStore({ clock }), recordSettled)
  const secrets = new Set(SECRETS)
  /** Apart from the output: thousands of them, without a line of prose. */
  const observations: Observation[] = []
  const shop = await startConnector({
    clock,
    random: seededRandom(),
    fetch: (request) => shop.connector.receive(request),
    webhookUrl: () => 'http://localhost/webhooks/intercom',
    intercept: failSomeRequests(secrets, failing),
    ...options,
    connector: { logger, store, observe: (one) => observations.push(one), ...options.connector },
  })
  const history = async () => {
    for await (const progress of shop.connector.backfill({ signal: never })) output.push(JSON.stringify(progress))
  }
  const live = async () => {
    for (let acts = 0; acts < 150; acts++) await shop.intercom.act()
    await shop.work(600_000)
  }
  /** Texts of the workspace, read from Intercom itself, that occur in the output. */
  async function findLeaks(): Promise<readonly string[]> {
    for (const [path, body] of ALL_RECORDS) {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
      const headers = { Authorization: 'Bearer test-token' }
      const answer = await shop.intercom.fetch(new Request(`https://api.intercom.io${path}`, { ...init, headers }))
      for (const one of personalTexts(await answer.json())) secrets.add(one)
    }
    if (secrets.size < 60) throw new Error('too few texts to search for')
    return leaks([...output, ...observations.map((one) => JSON.stringify(one))], secrets)
  }
  return {
    ...shop,
    output,
    observations,
    recordThrown,
    findLeaks,
    history: () => clock.until(history()).catch(recordThrown),
    live,
  }
}

export const never = new AbortController().signal
const all = { query: { field: 'created_at', operator: '>', value: 0 }, pagination: { per_page: 150 } }
const ALL_RECORDS: readonly (readonly [path: string, body?: object])[] = [
  ['/contacts?per_page=150'],
  ['/conversations/search', all],
  ['/tickets/search', all],
  ['/admins'],
]

/** The fault codes in the output: proof that the recorded output covers the failures. */
export const faultCodesIn = (output: readonly string[]) =>
  [
    ...new Set(output.flatMap((line) => line.match(/\b(?:intercom|klaviyo|expression|bug)\/[a-zA-Z\d-]+/g) ?? [])),
  ].sort()
