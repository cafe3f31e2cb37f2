/** How one side of a spec is authorized: permissions, OAuth, settings and the key that requests carry. */

/** Authorization of one side. */
export interface AuthSpec {
  /** The side's name for people. */
  readonly label?: string
  /** Values that an installation provides. */
  readonly settings?: Readonly<Record<string, SettingSpec>>
  /** How requests carry the key. Absent: the connector's code knows. */
  readonly keyAuth?: KeyAuthSpec
  /** Required permissions, by the side's own names, each with its purpose. */
  readonly permissions: Readonly<Record<string, string>>
  /** Additional permissions that a person may grant. */
  readonly optionalPermissions: Readonly<Record<string, string>>
  readonly oauth?: OauthSpec
}

/** RFC 6749, authorization code. */
export interface OauthSpec {
  /** The authorization endpoint, by region. The first is the default. */
  readonly authorizationUrl: Readonly<Record<string, string>>
  /** A path on the API's host, or an address. */
  readonly tokenUrl: string
  /** Client authentication, by its RFC 8414 name. */
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post'
  readonly pkce: boolean
  /** Whether the permissions' names are sent as `scope`. */
  readonly sendScope: boolean
  /** Milliseconds for which a refresh token stays valid without use. Absent: none is known. */
  readonly refreshTokenIdleLifetime?: number
  /** By the bearer of the token, or by the app (RFC 7009). */
  readonly revocation?: { readonly path: string; readonly by: 'token' | 'client' }
}

/** A value that an installation provides. */
export interface SettingSpec {
  readonly env: string
  readonly description: string
  readonly howToGet: string
  /** Absent: it is required. */
  readonly default?: string
}

/** `{name}` in `user` is a setting. */
export type KeyAuthSpec = { readonly key: string } & (
  | { readonly scheme: 'bearer' }
  | { readonly scheme: 'basic'; readonly user: string }
  | { readonly scheme: 'header'; readonly header: string; readonly prefix: string }
)
