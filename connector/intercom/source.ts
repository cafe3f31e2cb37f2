/** The source: Intercom's credentials, its way of saying no, and what a connection must be allowed to read. */
import type { Bindings } from '../../runtime/expression/expression.ts'
import { isObject } from '../../runtime/lib/json.ts'
import type { AuthMethod, AuthProvider } from '../../runtime/ports/auth.ts'
import type { CheckResult } from '../../runtime/ports/check-result.ts'
import type { Clock } from '../../runtime/ports/effects.ts'
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { ErrorExplanation, Source } from '../../runtime/ports/source.ts'
import type { Json } from '../../runtime/ports/types.ts'
import type { SourceClient } from '../../runtime/source/client.ts'
import type { RequestSpec, Spec } from '../../runtime/spec/spec.ts'
import { requestId } from '../request-id.ts'

export function intercomSource(logins: AuthProvider, secrets: Source['secrets']): Source {
  return { auth: logins, secrets, explainError: (...answer) => explain(logins.method(), ...answer) }
}

export function checkedToken(accessToken: string | undefined): string {
  const token = accessToken?.trim()
  const wrong = (message: string) => new Fault('config', 'intercom/no-credentials', message)
  if (!token)
    throw wrong('no Intercom access token: set INTERCOM_ACCESS_TOKEN (Developer Hub, your app, Authentication)')
  // A header with other characters makes fetch throw an error that quotes the token.
  if (!/^[\x21-\x7e]+$/.test(token)) throw wrong('INTERCOM_ACCESS_TOKEN holds characters no token has; copy it again')
  return token
}

export function hostOf({ hosts }: Spec['source'], region = ''): string {
  const wanted = region.toLowerCase()
  const host = wanted === '' ? Object.values(hosts)[0] : Object.hasOwn(hosts, wanted) ? hosts[wanted] : undefined
  if (host !== undefined) return host
  throw new Fault(
    'config',
    'intercom/region',
    `INTERCOM_REGION is "${region}"; it can be ${Object.keys(hosts).join(', ')}`,
  )
}

/** Codes in the error list that mean more than their status. Source: the API reference's error codes. */
const MEANINGS: Readonly<Record<string, ErrorExplanation>> = {
  token_suspended: { kind: 'config', code: 'suspended', message: 'the workspace is suspended or closed' },
  api_plan_restricted: { kind: 'config', code: 'plan', message: "the workspace's plan does not include this API" },
  media_type_not_acceptable: { kind: 'config', code: 'version', message: 'it does not know this Intercom-Version' },
  intercom_version_invalid: { kind: 'config', code: 'version', message: 'it does not know this Intercom-Version' },
}

const HUB = 'choose it in the Developer Hub, your app, Configure, Authentication'

/** By status and by how we were let in, where the list of errors says nothing we know. */
const ADVICE: Readonly<Record<number, Readonly<Record<AuthMethod, string>>>> = {
  401: {
    environment: 'it does not know this access token: check INTERCOM_ACCESS_TOKEN and INTERCOM_REGION, and start again',
    key: 'it does not know the access token that was pasted: paste it again on the console, under Set up, with its region',
    oauth: 'it does not accept our log-in any more: log in to Intercom again on the console, under Set up',
  },
  403: {
    environment: `the access token lacks a permission, \`connector check\` says which: ${HUB}`,
    key: `the access token that was pasted lacks a permission, Set up on the console says which: ${HUB}`,
    oauth: `our app lacks a permission, Set up on the console says which: ${HUB}, and log in to Intercom again`,
  },
}
const SAYS: Readonly<Record<number, string>> = {
  404: 'it has no such thing',
  410: 'the contact was merged into another',
}

/** Every answer of Intercom has a request id, and a list of errors once more. Source: recorded answers. */
function explain(by: AuthMethod, status: number, body: Json | undefined, headers: Headers): ErrorExplanation {
  const id = requestId(headers.get('x-request-id'), isObject(body) ? body.request_id : undefined)
  return { ...meaning(by, status, body, headers), ...(id !== undefined && { requestId: id }) }
}

/** Error messages of Intercom may quote what was asked for, so only its codes are passed on. */
function meaning(by: AuthMethod, status: number, body: Json | undefined, headers: Headers): ErrorExplanation {
  const codes = errorCodes(body)
  const known = codes.map((code) => MEANINGS[code]).find((meaning) => meaning !== undefined)
  if (known) return known
  const movedTo = status === 410 ? mergedContactPath(headers) : undefined
  const message = ADVICE[status]?.[by] ?? SAYS[status] ?? (codes.length > 0 ? `it says ${codes.join(', ')}` : undefined)
  return { ...(message !== undefined && { message }), ...(movedTo !== undefined && { movedTo }) }
}

function errorCodes(body: Json | undefined): string[] {
  const errors: Json | undefined = isObject(body) ? body.errors : undefined
  if (!Array.isArray(errors)) return []
  const codes = errors.map((error: Json) => (isObject(error) ? error.code : undefined))
  return codes.filter((code): code is string => typeof code === 'string' && /^[\w.]+$/.test(code))
}

/** A merged contact answers 410 with `Link: </contacts/ID>; rel="canonical"` (2.16). Only that path is followed. */
function mergedContactPath(headers: Headers): string | undefined {
  return /<(?:https?:\/\/[^/>]+)?(\/contacts\/[\w-]+)>\s*;\s*rel="?canonical"?/.exec(headers.get('link') ?? '')?.[1]
}

/** What a connection must be allowed to read. Names are those of the Developer Hub's permission list. */
export async function* intercomChecks(
  client: SourceClient,
  spec: Spec,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<CheckResult> {
  const ask = (request: RequestSpec, bindings: Bindings = {}) => client.request(request, bindings, 'live', signal)
  const get = (path: string): RequestSpec => ({ method: 'GET', path, query: new Map() })

  let away = false
  const account = async () => describe(await ask(spec.source.workspace.request))
  yield await runCheck('Intercom account', account, ({ kind }) => {
    away = kind === 'transient'
  })
  // A person waits for the answers, and each would take as long as this one.
  if (away) return
  for (const [permission, path] of Object.entries(READS)) {
    yield await runCheck(`Intercom: ${permission}`, async () => allowed(await ask(get(path))))
  }
  const page = { pageSize: 1, until: Math.floor(clock.now() / 1000) }
  for (const stream of spec.streams.values()) {
    const permission = spec.resources.get(stream.resource)?.permission ?? `read ${stream.name}`
    yield await runCheck(`Intercom: ${permission}`, async () => allowed(await ask(stream.request, page)))
  }
}

const READS: Readonly<Record<string, string>> = {
  'Read admins': '/admins',
  'Read admins (teams)': '/teams',
  'Read tags': '/tags',
}

const allowed = (_: Json) => 'allowed'

/** Who this is, from `GET /me`, so that a wrong workspace is seen at once. */
function describe(me: Json): string {
  const app = isObject(me) && isObject(me.app) ? me.app : {}
  return `workspace ${app.name ?? '?'} (${app.id_code ?? '?'}), region ${app.region ?? '?'}`
}

async function runCheck(
  name: string,
  attempt: () => Promise<string>,
  failed: (fault: Fault) => void = () => undefined,
): Promise<CheckResult> {
  try {
    return { name, ok: true, detail: await attempt() }
  } catch (error) {
    const fault = toFault(error)
    failed(fault)
    return { name, ok: false, detail: fault.message }
  }
}
