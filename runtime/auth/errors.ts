/** What is said when a side cannot be used as it is, and who mends it: in the log, on the console, of what waits. */
import { Fault } from '../ports/fault.ts'
import type { AccountInfo } from './setup-state.ts'
import type { Side } from './side.ts'

type Named = Pick<Side, 'name' | 'label' | 'given'>

export function notConnected({ name, label }: Named): Fault {
  const message = `${label} is not connected: connect it on the console, or set its credentials in the environment`
  return new Fault('config', `${name}/no-credentials`, message)
}

/** It does not let us in any more, and only a person can change that. */
export function loginRequired({ name, label, given }: Named): Fault {
  const message = given
    ? `${label} does not accept the credentials in the environment: change them there and start again`
    : `${label} no longer accepts our log-in: connect it again on the console`
  return new Fault('config', `${name}/log-in`, message)
}

export function missingOauthClient({ name, label }: Named): Fault {
  const message = `the log-in to ${label} was made by OAuth and must be renewed, but our app's client id and secret are not set any more`
  return new Fault('config', `${name}/no-client`, message)
}

/** What was sent from here to one account is known here, and would be sent to the other a second time or not at all. */
export function accountMismatch({ name, label, given }: Named, { name: business = 'another one' }: AccountInfo): Fault {
  const other = 'start with another store (CONNECTOR_STORE)'
  const message = given
    ? `the configured credentials are of the ${label} account of ${business}, but this store belongs to another account: configure those of that one, or ${other}`
    : `this is the ${label} account of ${business}, but this store belongs to another account: log in to that one, or ${other}`
  return new Fault('config', `${name}/other-account`, message)
}
