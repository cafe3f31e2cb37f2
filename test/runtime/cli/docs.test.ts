/** `docs` and `types`: where they write, and what they say. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { runCommand } from '../../helpers/cli-fake.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

let cwd: string
beforeEach(() => {
  cwd = temporaryFolder(closing)
  mkdirSync(join(cwd, 'own/mappings'), { recursive: true })
  write('own/connector.yaml', 'extends: intercom-to-klaviyo\n')
  write('own/mappings/resolved-ticket.yaml', 'properties: { Order Number: ticket_attributes."Order number" }\n')
})

const write = (path: string, text: string) => writeFileSync(join(cwd, path), text)
const read = (path: string) => readFileSync(join(cwd, path), 'utf8')
const run = (...argv: string[]) => runCommand(argv, { app: cliApp, load: loaders, env: {}, cwd })

test('prints the merged spec as Markdown', async () => {
  const { exit, out, err } = await run('docs', 'own')
  expect([exit, err]).toEqual([0, ''])
  expect(out).toMatch(/^# Metrics and profile\n/)
  const [, section = ''] = /\n## Resolved Ticket\n([\s\S]*?)\n## /.exec(out) ?? []
  expect(section).toContain("`{{ event\\|lookup:'Order Number' }}`")
  expect(section).toContain('`Ticket Name`')
})

test('writes a file, one page of HTML, or a file for each metric', async () => {
  expect((await run('docs', 'own', '--out', 'metrics.md')).out).toBe('metrics.md: 9 metrics and the profile\n')
  expect(read('metrics.md')).toBe((await run('docs', 'own')).out)
  await run('docs', 'own', '--html', '--out', 'site/metrics.html')
  expect(read('site/metrics.html')).toMatch(/^<!doctype html>\n/)
  await run('docs', 'own', '--out', 'pages')
  expect(readdirSync(join(cwd, 'pages'))).toHaveLength(11)
  expect(read('pages/resolved-ticket.md')).toMatch(/^# Resolved Ticket\n/)
  await run('docs', 'own', '--html', '--out', 'pages')
  expect(read('pages/index.html')).toBe(read('site/metrics.html'))
})

test('a prefix is part of the name of a metric, and not of the one that commands know', async () => {
  write('own/connector.yaml', 'extends: intercom-to-klaviyo\ndestination: { metricPrefix: "Desk: " }\n')
  const { out } = await run('docs', 'own')
  expect(out).toContain('\n## Desk: Replied to Conversation\n')
  expect(out).toContain('`backfill --only "Replied to Conversation"`')
})

test('gives the catalog as JSON', async () => {
  const { metrics } = JSON.parse((await run('docs', 'own', '--json')).out)
  expect(metrics).toHaveLength(9)
})

test('types go to stdout, or with the schemas to a folder', async () => {
  const { out } = await run('types', 'own')
  expect(out).toContain('export interface ResolvedTicketProperties {')
  expect((await run('types', 'own', '--out', 'types')).out).toBe('types: metrics.ts and 10 schemas\n')
  expect(read('types/metrics.ts')).toBe(out)
  const schemas = JSON.parse((await run('types', 'own', '--json')).out)
  expect(JSON.parse(read('types/resolved-ticket.schema.json'))).toEqual(schemas['resolved-ticket'])
})

test.each(['docs', 'types'])(
  '%s ends with 3 for a spec with errors, and names what it cannot write',
  async (command) => {
    write('file', '')
    const failed = await run(command, 'own', '--out', 'file/inner/')
    expect(failed.exit).toBe(1)
    expect(failed.err).toMatch(/cannot write \S+ \(ENOTDIR\)/)
    write('own/mappings/resolved-ticket.yaml', 'properties: { Order Number: $nothing }\n')
    expect((await run(command, 'own', '--out', 'none')).exit).toBe(3)
  },
)
