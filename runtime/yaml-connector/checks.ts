/** Checks the credentials of both sides by reading: the accounts, and a page of each stream. */

import { identifyAccount } from '../auth/setup/identify-account.ts'
import type { KeyCredentials, NetworkEffects, Side } from '../auth/side.ts'
import type { CheckResult } from '../ports/check-result.ts'
import { toFault } from '../ports/fault.ts'
import type { SourceClient } from '../source/client.ts'
import { readPage } from '../source/paginate.ts'
import type { Spec } from '../spec/spec.ts'

export interface CheckParts extends NetworkEffects {
  readonly spec: Spec
  readonly sides: Readonly<Record<'source' | 'destination', Side>>
  readonly client: SourceClient
}

export async function* runChecks(parts: CheckParts, signal: AbortSignal): AsyncIterable<CheckResult> {
  const { spec, sides, client, clock } = parts
  const { source, destination } = sides
  yield await check(`${source.label} account`, async () => `account ${await client.workspace(signal)}`)
  const now = Math.floor(clock.now() / 1000)
  for (const stream of spec.streams.values()) {
    const bindings = { pageSize: stream.pageSize.min, since: now - 3600, until: now }
    yield await check(`${source.label}: read ${stream.name}`, async () => {
      await readPage(client, stream, { bindings, lane: 'live', signal })
      return 'allowed'
    })
  }
  if (destination.account === undefined) {
    const detail = 'not asked: connector.yaml names no request for its account, so the first delivery tells'
    yield { name: `${destination.label} account`, ok: true, warning: true, detail }
    return
  }
  const credentials: KeyCredentials = destination.configured ?? { kind: 'key', key: '' }
  yield await check(`${destination.label} account`, async () => {
    const { id, name } = await identifyAccount(destination, credentials, parts, signal)
    return `account ${name ?? id}`
  })
}

async function check(name: string, attempt: () => Promise<string>): Promise<CheckResult> {
  try {
    return { name, ok: true, detail: await attempt() }
  } catch (error) {
    return { name, ok: false, detail: toFault(error).message }
  }
}
