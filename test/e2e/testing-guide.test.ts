/** The guide to testing, followed word by word in a folder that `init` writes: its samples run as it says. */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cliApp } from '../../connector/cli-app.ts'
import { loaders } from '../../runtime/cli/loaders.ts'
import { runCommand } from '../helpers/cli-fake.ts'
import { createCleanup, temporaryFolder } from '../helpers/processes/processes.ts'

const page = readFileSync(new URL('../../docs/guide/testing.md', import.meta.url), 'utf8')
const blocksOf = (language: string): readonly string[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, tag, text = '']) => (tag === language ? [text] : []))

const closing = createCleanup()
const cwd = realpathSync(temporaryFolder(closing))
afterAll(() => closing.close())
const run = (...argv: string[]) => runCommand(argv, { app: cliApp, load: loaders, env: {}, cwd })

beforeAll(async () => {
  await run('init')
  for (const text of blocksOf('yaml')) {
    const [, path = ''] = /^# ((?:tests|mappings)\/[\w/-]+\.yaml)\n/.exec(text) ?? []
    expect(path, 'the first line of a sample names its file').not.toBe('')
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
})

test('the samples pass, but for the case and the recording that do not know the new property', async () => {
  const { exit, out } = await run('test')
  expect(out).toContain(blocksOf('text')[0]?.trimEnd() ?? 'no sample of the report')
  const failed = [...out.matchAll(/^FAIL {2}(\S+?):/gm)].map(([, file]) => file)
  expect(failed).toEqual(['tests/created-conversation.yaml', 'tests/recorded/returns/approved.yaml'])
  expect(exit).toBe(1)
})

test('--update accepts it', async () => {
  expect(await run('test', '--update')).toMatchObject({ exit: 0 })
  expect(readFileSync(join(cwd, 'tests/created-conversation.yaml'), 'utf8')).toContain('Urgent: false')
  const { exit, out } = await run('test')
  expect(out).not.toContain('FAIL')
  expect(exit).toBe(0)
})

test('the options that it names exist', async () => {
  const named = [...page.matchAll(/`(?:connector (?:test|record)[^`]*? )?(--[a-z-]+)/g)].map(([, flag = '']) => flag)
  const { out } = await run('test', '--help')
  const { out: record } = await run('record', '--help')
  expect(new Set(named).size).toBeGreaterThan(7)
  expect(named.filter((flag) => !`${out}${record}`.includes(flag))).toEqual([])
})
