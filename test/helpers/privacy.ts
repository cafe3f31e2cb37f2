/** What the law of silence is tested with: servers that repeat all they are sent, a connector that is listened to, a search. */

import type { LogFields, Logger } from '../../runtime/ports/effects.ts'
import { toFault } from '../../runtime/ports/fault.ts'
import type { Store } from '../../runtime/ports/store.ts'
import type { EventResult, Settlement } from '../../runtime/ports/types.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { type WorkshopOptions, workshop } from './connector-harness.ts'
import { repeatable } from './open-intercom.ts'
import { virtualClock } from './virtual-clock.ts'

/** The workshop's token, client secret and key. */
const SECRETS = ['test-token', 'test-client-secret', 'pk_test']
/** What holds a person's data, in a record of the source or a request to the destination. */
const PERSONAL =
  /^(email|phone|phone_number|name|body|subject|title|remark|_default_(title|description)_)$|(Email|Name|Title)$/
/** Shorter ones are found in any text, and words without a space are the names of tags and states. */
const telling = (text: string) => text.length >= 6 && /[ @\d]/.test(text)

/** Every text in the JSON that is a person's. */
function personal(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return PERSONAL.test(key) && telling(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one) => personal(one, key))
  const entries = Object.entries(Object(value)).filter(([name]) => name !== 'metric')
  return entries.flatMap(([name, one]) => personal(one, name))
}

const leaks = (said: readonly string[], secrets: Iterable<string>) =>
  [...secrets].filter((secret) => said.some((line) => line.includes(secret)))

type Trouble = (sent: string) => Response
export const json = (status: number, body: unknown, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers })
const header = (sent: string) => sent.replace(/[^ -~]/g, '').slice(-60)

/** What servers, proxies and networks say when they are at their most talkative: all they were sent, login included. */
const intercomTroubles: readonly Trouble[] = [
  (sent) => new Response(`<html>${sent}</html>`, { status: 502 }),
  (sent) => new Response(`<html>${sent}</html>`, { status: 200 }),
  (sent) => json(500, { type: 'error.list', request_id: sent, errors: [{ code: sent, message: sent, field: sent }] }),
  (sent) => {
    throw new TypeError(`fetch failed: ${sent}`)
  },
]
const entry = '/data/attributes/events-bulk-create/data/0'
const phone = '/data/attributes/profile/data/attributes/phone_number'
const klaviyoTroubles: readonly Trouble[] = [
  (sent) => json(400, { errors: [{ code: 'invalid', detail: sent }] }),
  (sent) => json(400, { errors: [{ code: sent, detail: `phone ${sent}`, source: { pointer: phone } }] }),
  (sent) => json(400, { errors: [{ code: sent, detail: sent, source: { pointer: `/data/${sent}` } }] }),
  (sent) => json(400, { errors: [{ detail: sent, source: { pointer: `${entry}/${sent}` } }] }),
  (sent) => json(400, { errors: [{ detail: `'${sent}' is not a valid field for the resource '${sent}'` }] }),
  (sent) => json(500, { errors: [{ id: sent, code: 'error' }] }),
  (sent) => json(409, { errors: [{ code: 'duplicate_profile', detail: sent }] }),
  (sent) => json(429, sent, { 'x-request-id': header(sent) }),
  (sent) => json(202, sent, { 'x-klaviyo-req-id': header(sent) }),
  ...intercomTroubles,
]

/** Of seven requests to each side so many fare badly, in a row: from four on more than are tried in process. */
function troubled(secrets: Set<string>, bad: { readonly intercom: number; readonly klaviyo: number }) {
  const count = { intercom: 0, klaviyo: 0 }
  return async (request: Request) => {
    const body = await request.clone().text()
    for (const one of personal(body === '' ? {} : JSON.parse(body))) secrets.add(one)
    const side = request.url.includes('klaviyo') ? 'klaviyo' : 'intercom'
    const nth = count[side]++
    const troubles = side === 'klaviyo' ? klaviyoTroubles : intercomTroubles
    if (nth % 7 >= bad[side]) return undefined
    return troubles[nth % troubles.length]?.(`${body} ${request.url} ${request.headers.get('authorization')}`)
  }
}

/** Everything said: log lines, how records ended, what was thrown. */
function listening() {
  const said: string[] = []
  const line = (level: string) => (message: string, fields?: LogFields) =>
    void said.push(`${level} ${message} ${Object.entries(fields ?? {}).join(' ')}`)
  const logger: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const settled = (settlements: readonly Settlement[]) => {
    for (const { outcome } of settlements)
      for (const { fault, receipt } of [outcome, ...outcome.events] as EventResult[])
        if (fault ?? receipt) said.push(JSON.stringify([fault, receipt]))
  }
  const caught = (error: unknown) => {
    const { code, message, details } = toFault(error)
    said.push(`thrown ${code} ${message} ${JSON.stringify({ ...details, cause: undefined })}`)
  }
  return { said, logger, settled, caught }
}

/** The store, and each settlement told before it is written. */
function overheard(store: Store, told: (settlements: readonly Settlement[]) => void): Store {
  const settle: Store['settle'] = (settlements) => {
    told(settlements)
    return store.settle(settlements)
  }
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = name === 'settle' ? settle : Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export const fine = { intercom: 0, klaviyo: 0 }
/** What a careless refusal repeats. */
export const login = ({ headers, url }: Request) => `${headers.get('authorization')} ${url}`

/** A connector that is listened to, and the workspace's personal data. */
export async function listenedTo(bad = { intercom: 2, klaviyo: 4 }, options: WorkshopOptions = {}) {
  const { said, logger, settled, caught } = listening()
  const clock = virtualClock()
  const store = overheard(memoryStore({ clock }), settled)
  const secrets = new Set(SECRETS)
  const shop = await workshop({
    clock,
    random: repeatable(),
    fetch: (request) => shop.connector.receive(request),
    webhookUrl: () => 'http://localhost/webhooks/intercom',
    instead: troubled(secrets, bad),
    ...options,
    connector: { logger, store, ...options.connector },
  })
  const history = async () => {
    for await (const progress of shop.connector.backfill({ signal: never })) said.push(JSON.stringify(progress))
  }
  const live = async () => {
    for (let acts = 0; acts < 150; acts++) await shop.intercom.act()
    await shop.work(600_000)
  }
  /** All there is to know, asked of Intercom itself. */
  async function found(): Promise<readonly string[]> {
    for (const [path, body] of EVERYTHING) {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
      const headers = { Authorization: 'Bearer test-token' }
      const answer = await shop.intercom.fetch(new Request(`https://api.intercom.io${path}`, { ...init, headers }))
      for (const one of personal(await answer.json())) secrets.add(one)
    }
    if (secrets.size < 60) throw new Error('too little to look for')
    return leaks(said, secrets)
  }
  return { ...shop, said, caught, found, history: () => clock.until(history()).catch(caught), live }
}

export const never = new AbortController().signal
const all = { query: { field: 'created_at', operator: '>', value: 0 }, pagination: { per_page: 150 } }
const EVERYTHING: readonly (readonly [path: string, body?: object])[] = [
  ['/contacts?per_page=150'],
  ['/conversations/search', all],
  ['/tickets/search', all],
  ['/admins'],
]

/** What was told at all: a law over silence alone would prove nothing. */
export const codes = (said: readonly string[]) =>
  [...new Set(said.flatMap((line) => line.match(/\b(?:intercom|klaviyo|expression|bug)\/[a-zA-Z\d-]+/g) ?? []))].sort()
