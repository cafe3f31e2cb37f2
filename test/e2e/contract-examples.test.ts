/** The examples of contracts run as their READMEs say, by the test runner of Node. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

const examples = [
  ['store-contract', 55],
  ['own-store', 200],
  ['destination', 35],
] as const

test.each(examples)(
  '%s',
  async (name, cases) => {
    const readme = readFileSync(`${root}/examples/${name}/README.md`, 'utf8')
    const [, file = ''] = /^node --import tsx --test (\S+)$/m.exec(readme) ?? []
    const options = { cwd: root, env: { PATH: process.env.PATH } }
    const args = ['--import', 'tsx', '--test', '--test-reporter', 'tap', file]
    const { stdout } = await promisify(execFile)(process.execPath, args, options)
    const count = (of: string) => Number(new RegExp(`^# ${of} (\\d+)$`, 'm').exec(stdout)?.[1])
    expect([count('fail'), count('cancelled'), count('skipped')]).toEqual([0, 0, 0])
    expect(count('pass')).toBeGreaterThanOrEqual(cases)
  },
  120_000,
)
