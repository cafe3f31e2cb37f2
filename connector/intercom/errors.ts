/** Explains Intercom's error responses: who must act, and how. */
import { FOREIGN_REFUSAL } from '../../runtime/http/error-response.ts'
import { isObject } from '../../runtime/lib/json.ts'
import type { AuthMethod } from '../../runtime/ports/auth.ts'
import type { ErrorExplanation } from '../../runtime/ports/source.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { requestId } from '../request-id.ts'

/** Error codes that say more than their status. Source: the API reference's error codes. */
const BY_CODE: Readonly<Record<string, ErrorExplanation>> = {
  token_suspended: { kind: 'config', code: 'suspended', message: 'the workspace is suspended or closed' },
  api_plan_restricted: { kind: 'config', code: 'plan', message: "the workspace's plan does not include this API" },
  media_type_not_acceptable: { kind: 'config', code: 'version', message: 'it does not support this Intercom-Version' },
  intercom_version_invalid: { kind: 'config', code: 'version', message: 'it does not support this Intercom-Version' },
}

const GRANT = 'select it in the Developer Hub → your app → Configure → Authentication'
/** For responses without a known code. */
const BY_STATUS: Readonly<Record<number, Readonly<Record<AuthMethod, string>>>> = {
  401: {
    environment: 'it rejected the access token: check INTERCOM_ACCESS_TOKEN and INTERCOM_REGION, and restart',
    host: 'it rejected the access token that the host gave: connect Intercom there again, or check the region',
    key: 'it rejected the pasted access token: paste it again in the console under Set up, with its region',
    oauth: 'it rejected the access token: connect Intercom again in the console under Set up',
  },
  403: {
    environment: `the access token lacks a permission (\`connector check\` shows which): ${GRANT}`,
    host: `the access token that the host gave lacks a permission (\`check\` shows which): ${GRANT}`,
    key: `the pasted access token lacks a permission (Set up in the console shows which): ${GRANT}`,
    oauth: `our app lacks a permission (Set up in the console shows which): ${GRANT}, and connect Intercom again`,
  },
}
/** What their status says is true of a bare page, too. */
const OWN_STATUS: ReadonlySet<number> = new Set([401, 403, 404, 408, 410, 429])
const MESSAGES: Readonly<Record<number, string>> = {
  404: 'not found',
  410: 'the contact was merged into another one',
}

/** Every response carries a request id, an error list repeats it. Source: recorded responses. */
export function explainError(
  method: AuthMethod,
  status: number,
  body: Json | undefined,
  headers: Headers,
): ErrorExplanation {
  const id = requestId(headers.get('x-request-id'), isObject(body) ? body.request_id : undefined)
  const movedTo = status === 410 ? mergedContactPath(headers) : undefined
  const isForeign = status >= 400 && status < 500 && !OWN_STATUS.has(status) && !isOwnError(body)
  return {
    ...(isForeign ? FOREIGN_REFUSAL : explainCodes(method, status, errorCodes(body))),
    ...(movedTo !== undefined && { movedTo }),
    ...(id !== undefined && { requestId: id }),
  }
}

/** Uses Intercom's error codes alone: its messages may quote the request. */
function explainCodes(method: AuthMethod, status: number, codes: readonly string[]): ErrorExplanation {
  const known = codes.map((code) => BY_CODE[code]).find((explanation) => explanation !== undefined)
  if (known) return known
  const fallback = codes.length > 0 ? `error ${codes.join(', ')}` : undefined
  const message = BY_STATUS[status]?.[method] ?? MESSAGES[status] ?? fallback
  return message === undefined ? {} : { message }
}

/** A request that is not JSON gets `{ status, error }` (recorded), any other an error list. */
const isOwnError = (body: Json | undefined): boolean =>
  isObject(body) && (Array.isArray(body.errors) || typeof body.status === 'number')

function errorCodes(body: Json | undefined): string[] {
  const errors: Json | undefined = isObject(body) ? body.errors : undefined
  if (!Array.isArray(errors)) return []
  const codes = errors.map((error: Json) => (isObject(error) ? error.code : undefined))
  return codes.filter((code): code is string => typeof code === 'string' && /^[\w.]+$/.test(code))
}

/** A merged contact answers 410 with `Link: </contacts/ID>; rel="canonical"` (2.16). Only such a path is followed. */
function mergedContactPath(headers: Headers): string | undefined {
  return /<(?:https?:\/\/[^/>]+)?(\/contacts\/[\w-]+)>\s*;\s*rel="?canonical"?/.exec(headers.get('link') ?? '')?.[1]
}
