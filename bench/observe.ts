/** What observing costs: imports of history in a host without an observer, with a hook that counts, and with OpenTelemetry. */
import { join } from 'node:path'
import type { BenchmarkOptions } from './harness/options.ts'
import { placement, startProcess, unlimitedSpec } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'
import { withSandbox } from './import.ts'

const SIZE = 10_000
const OBSERVERS = ['nothing', 'hook', 'OpenTelemetry']

export async function runBenchmark({
  conversations: sizes = [SIZE],
}: BenchmarkOptions): Promise<readonly ResultTable[]> {
  const rows = []
  for (const conversations of sizes)
    for (const observer of OBSERVERS) rows.push(await importWith(observer, conversations))
  return [
    { title: 'Import in a host, observed', rows, notes: [placement, 'the spans go to an exporter that drops them'] },
  ]
}

function importWith(observer: string, conversations: number) {
  return withSandbox(conversations, [], async ({ env, summary }, folder) => {
    const importing = startProcess('./observed-import', [observer, join(folder, 'observed.db')], {
      core: 0,
      env: { ...env, CONNECTOR_SPEC: unlimitedSpec(folder) },
    })
    const { observations } = await importing.output
    const usage = await importing.usage
    const { events } = await summary()
    return {
      observer,
      events,
      observations: Number(observations),
      'CPU s': usage.cpu,
      'CPU µs/event': Math.round((usage.cpu * 1e6) / events),
      'max MB': Math.round(usage.rss),
    }
  })
}
