/** Many tenants in one process with one file: webhooks over one and over a hundred of them, and what idle ones cost. */
import { placement, startProcess } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'

const BUSY = 100
const IDLE = [1, 1_000, 10_000]

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const { one = 0, many = 0, share = 0, oneCpu = 0, manyCpu = 0, oneKb = 0, manyKb = 0 } = await run('intake', BUSY)
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
        row(1, { rate: one, share: 1, cpu: oneCpu, cpuShare: 1, kB: oneKb }),
        row(BUSY, { rate: many, share, cpu: manyCpu, cpuShare: oneCpu / manyCpu, kB: manyKb }),
      ],
      notes: [
        `${placement}; 64 in flight, without a socket, in turn; medians of eight rounds, share: of the shares of each round`,
      ],
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

interface Intake {
  readonly rate: number
  readonly share: number
  readonly cpu: number
  readonly cpuShare: number
  readonly kB: number
}

const row = (tenants: number, { rate, share, cpu, cpuShare, kB }: Intake) => ({
  tenants,
  'requests/s': Math.round(rate),
  share: Number(share.toFixed(2)),
  'CPU µs': Math.round(cpu),
  'share by CPU': Number(cpuShare.toFixed(2)),
  'kB written': Number(kB.toFixed(1)),
})

async function run(task: 'intake' | 'idle', tenants: number): Promise<Readonly<Record<string, number>>> {
  const measured = startProcess('./tenants-process', [task, String(tenants)], { core: 0 })
  const output = (await measured.output) as Readonly<Record<string, number>>
  await measured.usage
  return output
}
