/** What Klaviyo's refusals mean: who must act, which event is to blame, what may be said. */
import type { ExplainError } from '../../runtime/http/error-response.ts'
import { getPath, isObject } from '../../runtime/lib/json.ts'
import type { AuthMethod } from '../../runtime/ports/auth.ts'
import type { ErrorExplanation } from '../../runtime/ports/source.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { requestId } from '../request-id.ts'

interface Problem {
  /** Of our choosing: Klaviyo's `detail` may quote what was sent. */
  readonly words: string
  readonly pointer?: string
}

const NEW_KEY = 'make a private key in Klaviyo under Settings > API keys'
const PASTED = 'and paste it on the console, under Set up'
const LOG_IN = 'log in to Klaviyo again on the console, under Set up'
const SET = 'set it there and start again'
const HOST = 'check KLAVIYO_BASE_URL, and destination.host and the revision header in connector.yaml'

const UNKNOWN: Readonly<Record<AuthMethod, string>> = {
  environment: `it does not accept the key in KLAVIYO_API_KEY; ${NEW_KEY}, ${SET}`,
  key: `it does not accept the key that was pasted; ${NEW_KEY} ${PASTED}`,
  oauth: `it does not accept our log-in any more; ${LOG_IN}`,
}

function missingScope(scope: string, by: AuthMethod): string {
  if (by === 'oauth') return `our log-in lacks the scope ${scope}; ${LOG_IN}, and let it ask for that too`
  const [key, then] = by === 'environment' ? ['in KLAVIYO_API_KEY', `, ${SET}`] : ['that was pasted', ` ${PASTED}`]
  return `the key ${key} lacks the scope ${scope}; scopes cannot be added later, so ${NEW_KEY} with it too${then}`
}

/** Explains a refusal at an endpoint that needs `scope`. Config for all that mends no record, so that none dies of it. */
export function explainer(scope: string, by: () => AuthMethod): ExplainError {
  return (status, body, headers) => {
    const found = errors(body)
    return { ...explain(status, found, scope, by()), ...requestIdOf(headers, found) }
  }
}

function explain(status: number, found: readonly JsonObject[], scope: string, by: AuthMethod): ErrorExplanation {
  if (status === 401) return { message: UNKNOWN[by] }
  if (status === 403) return { message: missingScope(scope, by) }
  if ([404, 405, 406, 410, 415].includes(status))
    return { kind: 'config', message: `it does not know this address, revision or media type; ${HOST}` }
  if (status !== 400 && status !== 409 && status !== 413 && status !== 422) return {}
  return explainErrors(found)
}

/**
 * What Klaviyo's support can find a request by. The header is in no document of theirs, but was seen on answers of the
 * live API at revision 2026-07-15; the `id` of each error is in their OpenAPI description.
 */
export function requestIdOf(headers: Headers, found: readonly JsonObject[] = []): { readonly requestId?: string } {
  const id = requestId(headers.get('x-klaviyo-req-id'), headers.get('x-request-id'), ...found.map(({ id }) => id))
  return id === undefined ? {} : { requestId: id }
}

function explainErrors(found: readonly JsonObject[]) {
  if (found.some((error) => error.code === 'duplicate_profile')) {
    const message = 'the e-mail address and the phone number belong to two different profiles'
    return { code: 'duplicate-profile', message }
  }
  const problems = found.map(problem)
  const pointers = problems.flatMap(({ pointer }) => pointer ?? [])
  // A refused header is nobody's event: waiting for the operator loses nothing, dying would lose all.
  if (pointers.length === 0 && found.some(({ detail }) => /revision/i.test(String(detail))))
    return { kind: 'config' as const, code: 'revision', message: `it does not take this revision; ${HOST}` }
  return { pointers, ...(problems.length > 0 && { message: summary(problems) }) }
}

function summary(problems: readonly Problem[]): string {
  const said = [...new Set(problems.map(({ words, pointer }) => (pointer ? `${words} at ${pointer}` : words)))]
  const more = said.length > 3 ? `, and ${said.length - 3} more` : ''
  return `it refuses the request: ${said.slice(0, 3).join(', ')}${more}`
}

/** As far as it is made of names: it goes into messages, and nobody promises that it quotes no value. */
const POINTER = /^(?:\/[\w $-]{1,100}(?=\/|$))+/

function problem(error: JsonObject): Problem {
  const pointer = POINTER.exec(String(getPath(error, 'source', 'pointer') ?? ''))?.[0]
  const words = wording(String(error.detail ?? ''), String(error.code ?? 'invalid'))
  return pointer === undefined ? { words } : { words, pointer: pointer.slice(0, 300) }
}

function wording(detail: string, code: string): string {
  const field = /'([\w $-]{1,60})' is not a valid field for the resource '([\w-]+)'/.exec(detail)
  if (field) return `"${field[1]}" is no field of ${field[2]}`
  if (/phone/i.test(detail)) return 'invalid phone number'
  if (/e-?mail/i.test(detail)) return 'invalid e-mail address'
  return /^[\w-]{1,60}$/.test(code) ? code : 'invalid'
}

/** Which entries of a bulk request its refusal names, by index, each with its pointers. Empty: it names none of ours. */
export function rejectedEntries(pointers: readonly string[], count: number): ReadonlyMap<number, readonly string[]> {
  // Alone in its request, an event is to blame for whatever was wrong with it.
  if (count === 1) return new Map([[0, pointers]])
  const found = new Map<number, string[]>()
  for (const pointer of pointers) {
    const index = Number(
      /^\/data\/attributes\/events-bulk-create\/data\/(\d+)(?:\/|$)/.exec(pointer)?.[1] ?? Number.NaN,
    )
    if (index < count) found.set(index, [...(found.get(index) ?? []), pointer])
  }
  return found
}

/** Whether the profile's phone number alone is refused. An event property of that name is not it. */
export function onlyPhone(pointers: readonly string[] | undefined): boolean {
  return (
    pointers !== undefined &&
    pointers.length > 0 &&
    pointers.every((one) => /\/data\/attributes\/phone_number$/.test(one))
  )
}

function errors(body: Json | undefined): readonly JsonObject[] {
  const list = getPath(body, 'errors')
  return Array.isArray(list) ? list.filter(isObject) : []
}
