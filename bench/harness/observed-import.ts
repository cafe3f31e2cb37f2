/** Imports history in a host, observed as the first argument says, and prints how many observations came. */
import { pathToFileURL } from 'node:url'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { intercomToKlaviyo, optionsFromEnv } from '../../connector/index.ts'
import { createOtelObserver } from '../../runtime/otel/index.ts'
import type { Observe } from '../../runtime/ports/observation.ts'
import { sqliteStore } from '../../runtime/store/sqlite/store.ts'
import { systemClock as clock } from '../../runtime/system.ts'

const [mode = 'nothing', path = ''] = process.argv.slice(2)
let observations = 0
const count = () => void observations++

function observeBy(name: string): Observe | undefined {
  if (name === 'nothing') return undefined
  if (name === 'hook') return count
  const exporter = {
    export: (_: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: async () => undefined,
  }
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  const otel = createOtelObserver({ tracerProvider, meterProvider: new MeterProvider() })
  return Object.assign(
    (observation: Parameters<Observe>[0]) => {
      count()
      otel(observation)
    },
    { startTrace: otel.startTrace },
  )
}

const store = await sqliteStore(path, { clock })
const observe = observeBy(mode)
const { secrets, settings } = optionsFromEnv(process.env)
const spec = pathToFileURL(`${process.env.CONNECTOR_SPEC}/`)
const connector = await intercomToKlaviyo({ secrets, settings: { ...settings, spec }, store, clock, observe })
for await (const { phase } of connector.backfill({ signal: new AbortController().signal })) if (phase === 'done') break
await connector.close()
await store.close()
process.stdout.write(`${JSON.stringify({ observations })}\n`)
