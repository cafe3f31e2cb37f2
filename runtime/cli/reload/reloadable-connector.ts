/** A connector that is replaced while it runs: each call goes to the present one. */
import type { BackfillOptions, BackfillProgress } from '../../backfill/types.ts'
import type { Connector, WorkOptions } from '../../connector.ts'
import type { ConnectionStats } from '../../http/connection-stats.ts'
import { Turns } from './turns.ts'

export interface ReloadableConnector {
  /** Its `work`, `pollChanges` and `backfill` go on with each next connector, until their signal aborts or, an import, until it ends. */
  readonly connector: Connector
  /** Makes `next` the present one. Resolves once the former has settled the records that it had leased. */
  replace(next: Connector): Promise<void>
  /** Closes the present connector, except the first: its opener does. */
  close(): Promise<void>
}

type Run<Options> = (connector: Connector, options: Options) => Promise<void>

type Answers = ReturnType<Connector['connectionStats']>

/** What the former connector knows of a side, until the present one has had an answer of its own. */
function lastAnswer(
  { lastSuccessAt, lastFailure }: Partial<ConnectionStats> = {},
  present: ConnectionStats,
): Partial<ConnectionStats> {
  return {
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(lastFailure !== undefined && present.lastSuccessAt === undefined && { lastFailure }),
  }
}

export function createReloadableConnector(first: Connector): ReloadableConnector {
  let current = first
  const turns = new Turns()
  /** Resolves once the former is closed: until then it may still send what its workers have released. */
  let closed: Promise<unknown> = Promise.resolve()
  let answered: Partial<Answers> = {}

  const inTurns =
    <Options extends { readonly signal: AbortSignal }>(run: Run<Options>) =>
    async (options: Options): Promise<void> => {
      for (let replaced = true; replaced && !options.signal.aborted; ) {
        const turn = turns.begin(options.signal)
        try {
          await run(current, { ...options, signal: turn.signal })
        } finally {
          turn.end()
        }
        await closed
        replaced = turn.signal.aborted
      }
    }

  /** An import is interrupted, and resumed by the next connector: what it has not sent yet is mapped by the new spec. */
  async function* backfill(options: BackfillOptions): AsyncGenerator<BackfillProgress> {
    let rest = options
    for (let replaced = true; replaced && !options.signal.aborted; ) {
      const turn = turns.begin(options.signal)
      let last: BackfillProgress | undefined
      try {
        for await (const progress of current.backfill({ ...rest, signal: turn.signal })) {
          last = progress
          yield progress
        }
      } finally {
        turn.end()
      }
      await closed
      replaced = turn.signal.aborted && last?.endedAt === undefined
      // It has begun, so that its dates and metrics are those of its checkpoint; to restart would begin again.
      if (last !== undefined) rest = { signal: options.signal }
    }
  }

  const own: Partial<Connector> = {
    // The commands work until they are stopped, never until nothing is due.
    work: inTurns((connector, options: WorkOptions) => connector.work(options)) as Connector['work'],
    pollChanges: inTurns((connector, options) => connector.pollChanges(options)),
    backfill,
    connectionStats: () => {
      const { source, destination } = current.connectionStats()
      return {
        source: { ...lastAnswer(answered.source, source), ...source },
        destination: { ...lastAnswer(answered.destination, destination), ...destination },
      }
    },
  }
  const connector = new Proxy(first, {
    get: (_, name) => Reflect.get(Object.hasOwn(own, name) ? own : current, name),
  })

  return {
    connector,
    async replace(next) {
      const former = current
      answered = connector.connectionStats()
      current = next
      const closing = turns.interrupt().then(() => former.close())
      closed = closing.catch(() => undefined)
      await closing
    },
    close: async () => {
      if (current !== first) await current.close()
    },
  }
}
