/** Times `connector test` on a thousand cases: from the start of the process to its report. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { median } from './harness/compare.ts'
import type { ResultTable } from './harness/result-table.ts'

/** `npm run` starts in the root. */
const root = process.cwd()
const run = promisify(execFile)
const FILES = 10
const CASES = 100
const ROUNDS = 5

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  await run('npm', ['run', '-s', 'build'], { cwd: root })
  const folder = await mkdtemp(join(tmpdir(), 'cases-'))
  try {
    for (let file = 0; file < FILES; file++) await writeFile(join(folder, `${file}.yaml`), stringify(casesOf(file)))
    const rows = []
    for (const [command, options] of [
      ['test --no-variants', ['--no-variants']],
      ['test', []],
    ] as const) {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const from = performance.now()
        await run(process.execPath, ['dist/connector/main.js', 'test', folder, ...options], { cwd: root })
        times.push(performance.now() - from)
      }
      rows.push({
        command,
        cases: FILES * CASES,
        'median s': median(times) / 1000,
        'best s': Math.min(...times) / 1000,
      })
    }
    return [{ title: 'Cases', rows, notes: ['Each case runs by four ingresses. The whole process, five rounds.'] }]
  } finally {
    await rm(folder, { recursive: true })
  }
}

const casesOf = (file: number) => ({
  metric: 'Rated Conversation',
  given: {
    topic: 'conversation.rating.added',
    stream: 'conversations',
    fixture: join(root, 'conformance/fixtures/conversation.json'),
    lookups: [
      join(root, 'conformance/fixtures/lookups.json'),
      { contact: [{ fixture: join(root, 'conformance/fixtures/contact.json') }] },
    ],
  },
  cases: Array.from({ length: CASES }, (_, at) => ({
    name: `rating ${file}.${at}`,
    given: { set: { 'conversation_rating.rating': (at % 5) + 1, title: `Title ${file}.${at}` } },
    expect: [
      {
        key: 'rated-conversation:215400000000101:2026-01-10T08:00:00',
        time: '2026-01-10T08:00:50.000Z',
        has: { 'Conversation Rating': (at % 5) + 1, Title: `Title ${file}.${at}`, Tags: ['Delivery', 'VIP'] },
      },
    ],
  })),
})
