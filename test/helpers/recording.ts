/** Records from the local Intercom without a socket. */

import { preloadFunctions } from '../../connector/functions/index.ts'
import { connectorFromSpec } from '../../connector/index.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import type { RecordParts } from '../../runtime/conformance/recording/record.ts'
import type { OpenSession } from '../../runtime/conformance/recording/session.ts'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { createStaticAuth } from '../../runtime/ports/auth.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { silentLogger } from '../../runtime/system.ts'
import { createIntercomSandbox } from '../../sandbox/intercom/server.ts'
import { seededRandom } from './open-intercom.ts'

const TOKEN = 'test-token'

export const openSession: OpenSession = async ({ spec, store, ...effects }) =>
  connectorFromSpec(spec, store, { ...effects, random: seededRandom() })

/** A sandbox, and the parts of a recording of it. `sent`: the addresses of all requests that left. */
export async function openRecording(
  changes: { readonly spec?: Spec; readonly conversations?: number; readonly tickets?: number } = {},
) {
  await preloadFunctions(silentLogger)
  const { conversations = 30, tickets = 20 } = changes
  const spec = changes.spec ?? (await loadConnectorSpec())
  const clock = virtualClock()
  const intercom = createIntercomSandbox({
    clock,
    random: seededRandom(),
    token: TOKEN,
    clientSecret: 'unused',
    conversations,
    tickets,
    now: clock.now() - 60_000,
    fetch: async () => new Response(),
  })
  const sent: string[] = []
  const fetch: Fetch = async (request) => {
    sent.push(request.url)
    return intercom.fetch(request)
  }
  const source = createStaticAuth(() => ({
    baseUrl: 'http://127.0.0.1:4010',
    headers: { Authorization: `Bearer ${TOKEN}` },
  }))
  const { signal } = new AbortController()
  const parts: RecordParts = { spec, open: openSession, fetch, clock, source, signal }
  return { parts, spec, clock, intercom, sent }
}
