/** Replays a recording offline: imports its streams, receives its webhooks, and tells what came of them. */
import { createStaticAuth } from '../../../ports/auth.ts'
import type { Spec } from '../../../spec/spec.ts'
import { CapturingDestination } from '../../engine/capturing-destination.ts'
import { observeStore } from '../../engine/observed-store.ts'
import { OutcomeCollector } from '../../engine/outcome-collector.ts'
import type { CaseOccurrence } from '../../types.ts'
import { virtualClock } from '../../virtual-clock.ts'
import { limitSpec } from '../limit-streams.ts'
import { metricsOf } from '../record.ts'
import type { Recording } from '../recording.ts'
import { deliverAll, importAll, type OpenSession, receive, type Session, withSession } from '../session.ts'
import { makeAccount, publicUrlOf, readAccount } from '../synthetic-exchanges.ts'
import { ReplayingFetch } from './replaying-fetch.ts'

export interface Replay {
  /** Events by time and key, then what was not sent. */
  readonly occurrences: readonly CaseOccurrence[]
  /** Requests that the recording has no answer to, without personal data. */
  readonly unmatched: readonly string[]
}

export interface ReplayParts {
  readonly spec: Spec
  readonly open: OpenSession
}

/** Throws a `Fault` if the import cannot be read. Sends nothing and asks no network, whatever the spec. */
export async function replayRecording(recording: Recording, parts: ReplayParts): Promise<Replay> {
  const { manifest, webhooks } = recording
  const spec = limitSpec(parts.spec, manifest.streams ?? {})
  const exchanges = await withAccount(recording, spec)
  const addresses = { source: { baseUrl: publicUrlOf(spec) }, destination: { baseUrl: spec.destination.host } }
  const replaying = new ReplayingFetch(exchanges, addresses)
  let capturing: CapturingDestination | undefined
  const outcomes = new OutcomeCollector((receipt) => capturing?.messageOf(receipt))
  const start = Date.parse(manifest.recorded)
  const clock = virtualClock(Math.min(start, ...webhooks.map(({ at }) => Date.parse(at))))
  const open: OpenSession = (session) =>
    parts.open({
      ...session,
      store: observeStore(session.store, (settlements) => outcomes.add(settlements)).store,
      wrapDestination: (destination) => {
        capturing = new CapturingDestination((message) => destination.fit(message), spec.profile.identifiers)
        return capturing
      },
    })
  const source = createStaticAuth(() => ({ baseUrl: addresses.source.baseUrl, headers: {} }))
  const options = { spec, open, source, clock, fetch: replaying.fetch }
  const running = withSession(options, async (session) => {
    for (const { at, step } of planSteps(recording, spec)) {
      await clock.sleep(at - clock.now())
      await step(session)
    }
  })
  await clock.until(running)
  return { occurrences: outcomes.list(true), unmatched: [...new Set(replaying.unmatched)] }
}

/** A recording of webhooks alone may have no answer that names the account. */
async function withAccount({ manifest, exchanges }: Recording, spec: Spec): Promise<Recording['exchanges']> {
  if ((await readAccount(spec, exchanges)) !== '') return exchanges
  return [makeAccount(spec, manifest.workspace), ...exchanges]
}

interface ReplayStep {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly step: (session: Session) => Promise<void>
}

function planSteps({ manifest, webhooks }: Recording, spec: Spec): readonly ReplayStep[] {
  const { signal } = new AbortController()
  const received = webhooks.map(({ at, body }): ReplayStep => {
    const step = async (session: Session) => {
      await receive(session, body)
      await deliverAll(session, signal)
    }
    return { at: Date.parse(at), step }
  })
  const streams = Object.keys(manifest.streams ?? {})
  if (streams.length === 0) return received.sort((a, b) => a.at - b.at)
  const step = (session: Session) => importAll(session, metricsOf(spec, streams), signal)
  const imported = { at: Date.parse(manifest.recorded), step }
  return [imported, ...received].sort((a, b) => a.at - b.at)
}
