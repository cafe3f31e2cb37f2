/** One side of a connection as set-up sees it: what it is called, how one is let in, what can be pasted instead. */
import type { RequestAuth } from '../ports/auth.ts'
import type { JsonObject } from '../ports/types.ts'
import type { AccountSpec, AuthSpec } from '../spec/spec.ts'

export type SideName = 'source' | 'destination'

export interface Side extends AuthSpec {
  readonly side: SideName
  /** As the spec calls it: begins its faults, stands in its addresses. */
  readonly name: string
  /** As people call it. */
  readonly label: string
  /** API hosts by region; the first is the default. */
  readonly hosts: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** Of one request, milliseconds. */
  readonly timeout: number
  readonly party?: AccountSpec
  /** Our app there. Absent: nobody can log in by OAuth, only paste. */
  readonly client?: OauthClient
  /** From the environment: wins over what is stored, and cannot be changed here. */
  readonly given?: KeyCredentials
  /** Instead of every host, for tests. */
  readonly baseUrl?: string
  /** From the environment. Absent: what the account says once it is known. */
  readonly region?: string
  /** The header `Authorization` for a key made by hand. A token of OAuth is a bearer token. */
  readonly keyHeader: (key: string) => string
  /** What can be pasted: the key first. */
  readonly fields: readonly PasteField[]
  /** The variable that signs webhooks from the environment, beside what is stored. */
  readonly signingSecrets?: readonly string[]
  /** How to get an OAuth client, for who would rather have that. */
  readonly howOauth: string
}

export interface OauthClient {
  readonly id: string
  readonly secret: string
}

export interface PasteField {
  readonly name: 'key' | 'signing'
  readonly label: string
  /** How to get it, in one or two sentences. */
  readonly how: string
}

/** A key that somebody made by hand. */
export interface KeyCredentials {
  readonly kind: 'key'
  readonly key: string
  /** Sign webhooks. */
  readonly signing?: readonly string[]
  readonly region?: string
}

/** What OAuth gave. */
export interface OauthCredentials {
  readonly kind: 'oauth'
  readonly access: string
  readonly refresh?: string
  /** When `access` ends, milliseconds since 1970. Absent: it does not. */
  readonly expires?: number
  readonly region?: string
  /** When `access` was given, milliseconds. */
  readonly at: number
  /** When the other side said that `refresh` counts no more, milliseconds: a person must log in again. */
  readonly refused?: number
}

export type Credentials = KeyCredentials | OauthCredentials

/** Where its secrets are kept. */
export const secretName = (side: SideName): string => `account.${side}`

/** The API's host for a region, as the spec or the account names it. */
export function hostOf(side: Side, region?: string): string {
  const wanted = (side.region ?? region)?.toLowerCase() ?? ''
  const host = Object.hasOwn(side.hosts, wanted) ? side.hosts[wanted] : Object.values(side.hosts)[0]
  return (side.baseUrl ?? host ?? '').replace(/\/+$/, '')
}

/** An address of the spec, or the same path on the host that stands in for all. */
export function resolveUrl(side: Side, address: string, region?: string): URL {
  if (address.startsWith('/')) return new URL(hostOf(side, region) + address)
  const url = new URL(address)
  return side.baseUrl === undefined ? url : new URL(side.baseUrl.replace(/\/+$/, '') + url.pathname)
}

/** What is logged in with: the headers of every request. */
export function headersOf(side: Side, credentials: Credentials): Readonly<Record<string, string>> {
  const authorization = credentials.kind === 'key' ? side.keyHeader(credentials.key) : `Bearer ${credentials.access}`
  return { Authorization: authorization }
}

export const requestAuthOf = (side: Side, credentials: Credentials): RequestAuth => ({
  baseUrl: hostOf(side, credentials.region),
  headers: headersOf(side, credentials),
})

/** What was sealed by us has the shape we gave it. */
export const asCredentials = (value: unknown): Credentials => value as Credentials

export const asJson = (credentials: Credentials): JsonObject => ({ ...credentials })
