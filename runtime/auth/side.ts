/** One side of a connector, source or destination, as authentication sees it, and the credentials it holds. */
import type { RequestAuth } from '../ports/auth.ts'
import type { Clock, Fetch, Random } from '../ports/effects.ts'
import type { ErrorExplanation } from '../ports/source.ts'
import type { JsonObject } from '../ports/types.ts'
import type { AuthSpec } from '../spec/auth-spec.ts'
import type { AccountSpec } from '../spec/spec.ts'

export type SideName = 'source' | 'destination'

export interface Side extends AuthSpec {
  readonly side: SideName
  /** The name in the spec: begins its fault codes and its paths in the console. */
  readonly name: string
  /** The product's name, for texts. */
  readonly label: string
  /** The product's word for an account, capitalized. Default: Account. */
  readonly accountLabel?: string
  /** API hosts by region; the first is the default. */
  readonly hosts: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** The meaning of a status that is the side's own, for requests to its account and its tokens. */
  readonly explainStatus?: (status: number) => ErrorExplanation | undefined
  /** Of one request, in milliseconds. */
  readonly timeout: number
  readonly account?: AccountSpec
  /** Our OAuth app there. Without one, only a pasted key connects this side. */
  readonly client?: OauthClient
  /** From the environment or the host: takes precedence over stored credentials and cannot be changed in the console. */
  readonly configured?: KeyCredentials
  /** Replaces every host, for tests and the sandbox. */
  readonly baseUrl?: string
  /** From the environment. Absent: the region the account reports. */
  readonly region?: string
  /** The `Authorization` header for a key. An OAuth access token is always a bearer token. */
  readonly keyHeader: (key: string) => string
  /** In place of that header, for keys in one of another name. */
  readonly keyHeaders?: (key: string) => Readonly<Record<string, string>>
  /** The fields of the form that connects with a key; the key is the first. */
  readonly pasteFields: readonly PasteField[]
  /** From the environment; verify webhooks beside the stored secrets. */
  readonly signingSecrets?: readonly string[]
  /** How to register an OAuth client. */
  readonly oauthInstructions: string
  /** The form that stores an OAuth client in place of the environment. Absent: one without hints. */
  readonly clientFields?: ClientFields
  /** Whether the side signs webhooks with the secret of its OAuth client. */
  readonly clientSecretSigns?: true
}

export interface ClientFields {
  readonly id: FieldHelp
  readonly secret: FieldHelp
}

export interface OauthClient {
  readonly id: string
  readonly secret: string
}

export interface PasteField extends FieldHelp {
  readonly name: 'key' | 'signing'
}

export interface FieldHelp {
  readonly label: string
  /** Where to find the value, in one or two sentences. */
  readonly instructions: string
  /** The pages of the product that show or create the value; with the permissions that it needs. */
  readonly links?: (permissions: readonly string[]) => readonly ProductLink[]
  /** Other values that people paste here, recognised by their shape. */
  readonly mistakes?: readonly Mistake[]
}

export interface ProductLink {
  readonly label: string
  readonly href: string
}

export interface Mistake {
  readonly shape: RegExp
  /** What the value is, and what to paste in its place: one or two sentences without the last full stop. */
  readonly problem: string
}

/** An API key or access token created by hand. */
export interface KeyCredentials {
  readonly kind: 'key'
  readonly key: string
  /** Verify webhook signatures. */
  readonly signingSecrets?: readonly string[]
  readonly region?: string
}

/** The result of an OAuth grant. */
export interface OauthCredentials {
  readonly kind: 'oauth'
  readonly accessToken: string
  readonly refreshToken?: string
  /** When the access token expires, in milliseconds since 1970. Absent: never. */
  readonly expiresAt?: number
  readonly region?: string
  /** When the access token was issued, in milliseconds since 1970. */
  readonly issuedAt: number
  /** When the side rejected the refresh token (`invalid_grant`), in milliseconds: a person must connect it again. */
  readonly rejectedAt?: number
}

export type Credentials = KeyCredentials | OauthCredentials

/** The effects that a request to a side needs. */
export interface NetworkEffects {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
}

/** The API's base URL in a region that the spec or the account names. */
export function apiHost(side: Side, region?: string): string {
  const name = (side.region ?? region)?.toLowerCase() ?? ''
  const host = Object.hasOwn(side.hosts, name) ? side.hosts[name] : Object.values(side.hosts)[0]
  return (side.baseUrl ?? host ?? '').replace(/\/+$/, '')
}

/** Resolves a URL of the spec: a path is on the API's host; `baseUrl` replaces the origin of any. */
export function resolveUrl(side: Side, address: string, region?: string): URL {
  if (address.startsWith('/')) return new URL(apiHost(side, region) + address)
  const url = new URL(address)
  return side.baseUrl === undefined ? url : new URL(side.baseUrl.replace(/\/+$/, '') + url.pathname)
}

export const authorizationHeader = (side: Side, credentials: Credentials): string =>
  credentials.kind === 'key' ? side.keyHeader(credentials.key) : `Bearer ${credentials.accessToken}`

export const authorizationHeaders = (side: Side, credentials: Credentials): Readonly<Record<string, string>> =>
  credentials.kind === 'key' && side.keyHeaders !== undefined
    ? side.keyHeaders(credentials.key)
    : { Authorization: authorizationHeader(side, credentials) }

export const toRequestAuth = (side: Side, credentials: Credentials): RequestAuth => ({
  baseUrl: apiHost(side, credentials.region),
  headers: authorizationHeaders(side, credentials),
})

/** Whether requests carry the same credentials. */
export const isSameAuth = (one: RequestAuth, other: RequestAuth): boolean =>
  JSON.stringify(one.headers) === JSON.stringify(other.headers)

/** Decrypted values need no validation: only this program can have encrypted them. */
export const asCredentials = (value: unknown): Credentials => value as Credentials

export const asJson = (credentials: Credentials): JsonObject => ({ ...credentials })
