/** A connector that is replaced while it runs: each call goes to the present one. */
import type { Connector, WorkOptions } from '../../connector.ts'
import type { ConnectionStats } from '../../http/connection-stats.ts'
import { onAbort } from '../../lib/abort.ts'

export interface ReloadableConnector {
  /** Its `work` and `pollChanges` go on with each next connector, until their signal aborts. */
  readonly connector: Connector
  /** Makes `next` the present one. Resolves once the former has settled the records that it had leased. */
  replace(next: Connector): Promise<void>
  /** Closes the present connector, except the first: its opener does. */
  close(): Promise<void>
}

/** One call of `work` or `pollChanges` on one connector. */
interface Turn {
  abort(): void
  readonly ended: Promise<void>
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
  const turns = new Set<Turn>()
  let answered: Partial<Answers> = {}

  const inTurns =
    <Options extends { readonly signal: AbortSignal }>(run: Run<Options>) =>
    async (options: Options): Promise<void> => {
      for (let replaced = true; replaced && !options.signal.aborted; ) {
        const turn = new AbortController()
        const stopListening = onAbort(options.signal, () => turn.abort())
        const running = run(current, { ...options, signal: turn.signal })
        const entry = { abort: () => turn.abort(), ended: running.catch(() => undefined) }
        turns.add(entry)
        try {
          await running
        } finally {
          turns.delete(entry)
          stopListening()
        }
        replaced = turn.signal.aborted
      }
    }

  const own: Partial<Connector> = {
    // The commands work until they are stopped, never until nothing is due.
    work: inTurns((connector, options: WorkOptions) => connector.work(options)) as Connector['work'],
    pollChanges: inTurns((connector, options) => connector.pollChanges(options)),
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
      const ending = [...turns].map((turn) => {
        turn.abort()
        return turn.ended
      })
      await Promise.all(ending)
      // An import that began with the former goes on with it.
      if ((await former.runningBackfill())?.thisProcess !== true) await former.close()
    },
    close: async () => {
      if (current !== first) await current.close()
    },
  }
}
