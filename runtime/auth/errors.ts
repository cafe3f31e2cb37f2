/** Faults of a side that only a person can resolve, worded for the log, the console and the waiting records. */
import { lowerFirst } from '../lib/format.ts'
import type { AuthMethod } from '../ports/auth.ts'
import { Fault } from '../ports/fault.ts'
import type { AccountInfo } from './setup/setup-state.ts'
import type { Credentials, Side } from './side.ts'

type SideLabel = Pick<Side, 'name' | 'label' | 'configured'>

export function notConnected({ name, label }: SideLabel): Fault {
  const message = `${label} is not connected: connect it in the console, or set its credentials in the environment`
  return new Fault('config', `${name}/no-credentials`, message)
}

/** The side rejects our credentials, and no refresh can change that. */
export function credentialsRejected(side: Side, { kind }: Credentials, method?: AuthMethod): Fault {
  const { name, label, configured, pasteFields } = side
  const key = pasteFields[0] && lowerFirst(pasteFields[0].label)
  if (method === 'host') {
    const given = `${label} rejected the refresh token of the host: have a person connect ${label} there again`
    return new Fault('config', `${name}/credentials-rejected`, given)
  }
  const message = configured
    ? `${label} rejected the credentials from the environment: change them there and restart`
    : `${label} rejected the ${(kind === 'key' && key) || 'access token'}: connect it again in the console`
  return new Fault('config', `${name}/credentials-rejected`, message)
}

/** A host's vault has none for this side. */
export function noHostCredentials({ name, label }: SideLabel): Fault {
  const message = `the host has no credentials of ${label} for this connector: connect ${label} there`
  return new Fault('config', `${name}/no-credentials`, message)
}

export function missingOauthClient({ name, label }: SideLabel): Fault {
  return new Fault('config', `${name}/no-oauth-client`, `no OAuth client is configured for ${label}`)
}

/** A store's ledger covers one account: with another one, events would be delivered twice or not at all. */
export function accountMismatch(
  { name, label, configured }: SideLabel,
  { name: account = 'another business' }: AccountInfo,
): Fault {
  const remedy = 'use another store (CONNECTOR_STORE)'
  const message = configured
    ? `the configured credentials belong to the ${label} account of ${account}, but this store belongs to another account: configure the credentials of that account, or ${remedy}`
    : `this is the ${label} account of ${account}, but this store belongs to another account: connect that account, or ${remedy}`
  return new Fault('config', `${name}/account-mismatch`, message)
}
