/** Many tenants in one process with one file: webhooks over one and over a hundred of them, and what idle ones cost. */
import { placement, startProcess } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'

const BUSY = 100
const IDLE = [1, 1_000, 10_000]

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const { one = 0, many = 0 } = await run('intake', BUSY)
  const idle = []
  for (const tenants of IDLE) {
    const { core = 0, rss = 0, descriptors = 0 } = await run('idle', tenants)
    const row = { tenants, '% of a core': Number((core * 100).toFixed(2)), 'max MB': Math.round(rss), descriptors }
    idle.push(row)
  }
  return [
    {
      title: `Webhook intake over one tenant and over ${BUSY}, in one file: signature checked, on disk, then 200`,
      rows: [
        { tenants: 1, 'requests/s': Math.round(one), share: 1 },
        { tenants: BUSY, 'requests/s': Math.round(many), share: Number((many / one).toFixed(2)) },
      ],
      notes: [`${placement}; 64 in flight, without a socket, in turn; medians of five rounds`],
    },
    {
      title: 'Idle tenants: connectors at work on one file, with nothing to do for 30 seconds',
      rows: idle,
      notes: [
        'descriptors: of the file; the last tenant of each row takes a webhook up at once afterwards',
        'half of the memory is garbage of the start, which V8 leaves until it needs the room',
      ],
    },
  ]
}

async function run(task: 'intake' | 'idle', tenants: number): Promise<Readonly<Record<string, number>>> {
  const measured = startProcess('./tenants-process', [task, String(tenants)], { core: 0 })
  const output = (await measured.output) as Readonly<Record<string, number>>
  await measured.usage
  return output
}
