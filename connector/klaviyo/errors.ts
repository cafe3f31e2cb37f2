/** Explains Klaviyo's error responses: who must act, and which events are rejected. Quotes no data. */

import { type ExplainError, FOREIGN_REFUSAL, isRefusal } from '../../runtime/http/error-response.ts'
import { getPath, isObject } from '../../runtime/lib/json.ts'
import type { AuthMethod } from '../../runtime/ports/auth.ts'
import type { ErrorExplanation } from '../../runtime/ports/source.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { requestId } from '../request-id.ts'
import { ownWords } from './own-words.ts'

interface Problem {
  /** In our words: Klaviyo's `detail` may quote the request. */
  readonly text: string
  readonly pointer?: string
}

const NEW_KEY = 'create a private API key in Klaviyo → Settings → API keys'
const PASTE = 'and paste it in the console under Set up'
const CONNECT = 'connect Klaviyo again in the console under Set up'
const SET = 'set it there and restart'
const HOST = 'check KLAVIYO_BASE_URL, and destination.host and the revision header in connector.yaml'

const UNAUTHORIZED: Readonly<Record<AuthMethod, string>> = {
  environment: `it rejected the key in KLAVIYO_API_KEY: ${NEW_KEY}, ${SET}`,
  host: 'it rejected the credentials that the host gave: connect Klaviyo there again',
  key: `it rejected the pasted key: ${NEW_KEY} ${PASTE}`,
  oauth: `it rejected the access token: ${CONNECT}`,
}

function missingScope(scope: string, method: AuthMethod): string {
  if (method === 'oauth') return `the access token lacks the scope ${scope}: ${CONNECT}, with that permission`
  if (method === 'host')
    return `the credentials that the host gave lack the scope ${scope}: connect Klaviyo there with it`
  const [key, then] = method === 'environment' ? ['key in KLAVIYO_API_KEY', `, ${SET}`] : ['pasted key', ` ${PASTE}`]
  return `the ${key} lacks the scope ${scope}; scopes cannot be added to a key, so ${NEW_KEY} with that scope${then}`
}

interface ExplainerParts {
  /** That the endpoint needs. */
  readonly scope: string
  readonly method: () => AuthMethod
  /** Of metrics and properties, which the spec defines: readable in what Klaviyo answers. */
  readonly names?: (() => ReadonlySet<string>) | undefined
}

/** Explains errors of an endpoint. Errors that no record causes are config faults, and the records wait. */
export function explainer(parts: ExplainerParts): ExplainError {
  return (status, body, headers) => {
    const list = errorsOf(body)
    return { ...explain(status, list, parts), ...requestIdOf(headers, list), ...detailOf(list, parts) }
  }
}

function explain(status: number, list: readonly JsonObject[], parts: ExplainerParts): ErrorExplanation {
  if (status === 401) return { message: UNAUTHORIZED[parts.method()] }
  if (status === 403) return { message: missingScope(parts.scope, parts.method()) }
  const rejection = explainRevision(status)
  if (rejection !== undefined) return rejection
  if ([404, 405, 406, 415].includes(status))
    return { kind: 'config', message: `unknown URL, revision or media type: ${HOST}` }
  if (!isRefusal(status)) return {}
  // Klaviyo lists errors in every refusal of its own.
  return list.length === 0 ? FOREIGN_REFUSAL : explainErrors(list, parts)
}

/** Explains the 410 of a retired revision. Klaviyo documents no other 410 for the endpoints in use. */
export function explainRevision(status: number): ErrorExplanation | undefined {
  if (status !== 410) return undefined
  const message = 'it has retired the revision of its API in connector.yaml; nothing is sent: update the connector'
  return { kind: 'config', code: 'revision-retired', message }
}

/**
 * Identifies a request to Klaviyo's support. The header is undocumented, but observed on responses of the live API at
 * revision 2026-07-15; the `id` of each error is in their OpenAPI description.
 */
export function requestIdOf(headers: Headers, errors: readonly JsonObject[] = []): { readonly requestId?: string } {
  const id = requestId(headers.get('x-klaviyo-req-id'), headers.get('x-request-id'), ...errors.map(({ id }) => id))
  return id === undefined ? {} : { requestId: id }
}

/** What Klaviyo says in its own words. */
function detailOf(list: readonly JsonObject[], { names }: ExplainerParts): { readonly detail?: string } {
  const texts = list.map(({ title, detail }) => [title, detail].filter((text) => typeof text === 'string').join(' '))
  const detail = ownWords([...new Set(texts)].filter(Boolean).slice(0, 3).join(' '), names?.())
  return detail === '' ? {} : { detail }
}

function explainErrors(errors: readonly JsonObject[], { scope, names }: ExplainerParts) {
  if (errors.some((error) => error.code === 'duplicate_profile')) {
    const message = 'the e-mail address and the phone number belong to two different profiles'
    return { code: 'duplicate-profile', message }
  }
  const problems = errors.map((error) => toProblem(error, names?.()))
  const pointers = problems.flatMap(({ pointer }) => pointer ?? [])
  // No event causes a rejected header: a config fault waits for the operator, a data fault would end every record.
  if (pointers.length === 0 && errors.some(({ detail }) => /revision/i.test(String(detail))))
    return { kind: 'config' as const, code: 'revision', message: `it does not support this revision: ${HOST}` }
  const fields = scope === 'events:write' || scope === 'profiles:write' ? fieldsAt(pointers, scope) : []
  return {
    pointers,
    ...(fields.length > 0 && { fields }),
    ...(problems.length > 0 && { message: summarize(problems) }),
  }
}

function summarize(problems: readonly Problem[]): string {
  const reasons = [...new Set(problems.map(({ text, pointer }) => (pointer ? `${text} at ${pointer}` : text)))]
  const more = reasons.length > 3 ? `, and ${reasons.length - 3} more` : ''
  return `it rejected the request: ${reasons.slice(0, 3).join(', ')}${more}`
}

/** A part of a pointer that looks like a name. */
const NAME = /^[\w $-]{1,100}$/

/** The leading part that consists of names: a pointer appears in messages and must quote no value. */
function pointerOf(error: JsonObject, names: ReadonlySet<string> | undefined): string | undefined {
  const [start, ...parts] = String(getPath(error, 'source', 'pointer') ?? '').split('/')
  const end = parts.findIndex((part) => !NAME.test(part) && !names?.has(part))
  const leading = end === -1 ? parts : parts.slice(0, end)
  return start !== '' || leading.length === 0 ? undefined : `/${leading.join('/')}`
}

function toProblem(error: JsonObject, names: ReadonlySet<string> | undefined): Problem {
  const pointer = pointerOf(error, names)
  const text = describeProblem(String(error.detail ?? ''), String(error.code ?? 'invalid'))
  return pointer === undefined ? { text } : { text, pointer: pointer.slice(0, 300) }
}

/** Before the attributes of an event, a profile, or an event among others. */
const HEAD = /^\/data\/attributes(?:\/events-bulk-create\/data\/\d+\/attributes(?:\/events\/data\/\d+\/attributes)?)?\//
const MOST_FIELDS = 3
const EVENT_FIELDS: Readonly<Record<string, string>> = {
  unique_id: 'key',
  time: 'time',
  value: 'value',
  value_currency: 'currency',
}

/** The fields of a message that pointers into its request stand for, by the names of the mapping. */
export function fieldsAt(pointers: readonly string[], scope: 'events:write' | 'profiles:write'): readonly string[] {
  const fields = pointers.flatMap((pointer) => {
    if (!HEAD.test(pointer)) return []
    const [head = '', ...rest] = pointer.replace(HEAD, '').split('/')
    if (scope === 'profiles:write') return profileField([head, ...rest])
    if (head === 'profile') return profileField(rest.slice(rest[0] === 'data' ? 2 : 0))
    // The rest is inside of the value.
    if (head === 'properties') return rest[0] === undefined ? [] : `properties.${rest[0]}`
    return EVENT_FIELDS[head] ?? []
  })
  return [...new Set(fields)].slice(0, MOST_FIELDS)
}

function profileField([head, ...rest]: readonly string[]): readonly string[] {
  if (head === undefined || head === '') return []
  if (head !== 'properties') return [['profile', head, ...rest].join('.')]
  return rest[0] === undefined ? [] : [`profile.properties.${rest[0]}`]
}

function describeProblem(detail: string, code: string): string {
  const field = /'([\w $-]{1,60})' is not a valid field for the resource '([\w-]+)'/.exec(detail)
  if (field) return `"${field[1]}" is not a field of ${field[2]}`
  if (/phone/i.test(detail)) return 'invalid phone number'
  if (/e-?mail/i.test(detail)) return 'invalid e-mail address'
  return /^[\w-]{1,60}$/.test(code) ? code : 'invalid'
}

/** The indexes of the entries of a bulk request that a rejection points at. Empty if it points at none. */
export function rejectedEntries(pointers: readonly string[], count: number): ReadonlySet<number> {
  const entry = /^\/data\/attributes\/events-bulk-create\/data\/(\d+)(?:\/|$)/
  const indexes = pointers.map((pointer) => Number(entry.exec(pointer)?.[1] ?? Number.NaN))
  return new Set(indexes.filter((index) => index < count))
}

/** Whether only the profile's phone number is rejected. An event property of that name does not count. */
export function onlyPhone(pointers: readonly string[] | undefined): boolean {
  return (
    pointers !== undefined &&
    pointers.length > 0 &&
    pointers.every((pointer) => /\/data\/attributes\/phone_number$/.test(pointer))
  )
}

function errorsOf(body: Json | undefined): readonly JsonObject[] {
  const list = getPath(body, 'errors')
  return Array.isArray(list) ? list.filter(isObject) : []
}
