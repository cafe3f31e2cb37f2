/** Finds the account of pasted credentials, and its region: by trying the hosts that the spec lists, one after another. */
import { type Fault, toFault } from '../../ports/fault.ts'
import type { Credentials, NetworkEffects, Side } from '../side.ts'
import { identifyAccount } from './identify-account.ts'
import type { AccountInfo } from './setup-state.ts'

export interface FoundAccount {
  readonly account: AccountInfo
  /** Where the credentials were accepted, if more than one host was possible. */
  readonly region?: string
}

/** Throws a `Fault` worded for the person who has just connected the side. */
export async function findAccount(
  side: Side,
  credentials: Credentials,
  effects: NetworkEffects,
  signal: AbortSignal,
): Promise<FoundAccount> {
  const regions = regionsToTry(side, credentials)
  if (regions.length < 2) return { account: await identifyAccount(side, credentials, effects, signal) }
  let failure: Fault | undefined
  for (const region of regions) {
    try {
      return { account: await identifyAccount(side, { ...credentials, region }, effects, signal), region }
    } catch (error) {
      const fault = toFault(error)
      // A permission that is missing proves that the credentials belong there.
      if (fault.details.status === 403 || signal.aborted) throw fault
      // A host that does not answer may be the right one: its failure says more than the refusal of another.
      if (failure === undefined || (fault.kind === 'transient' && failure.kind !== 'transient')) failure = fault
    }
  }
  throw failure as Fault
}

/** The region chosen comes first. That of the environment is the only one. */
function regionsToTry({ hosts, region, baseUrl, account }: Side, { kind, region: chosen = '' }: Credentials): string[] {
  if (kind === 'oauth' || region !== undefined || baseUrl !== undefined || account === undefined) return []
  const names = Object.keys(hosts)
  return names.includes(chosen) ? [chosen, ...names.filter((name) => name !== chosen)] : names
}
