/** A source without webhooks, by the real commands: polls find what is new, once, also over a restart. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { runCli } from '../../runtime/cli/run.ts'
import { createYamlApp } from '../../runtime/cli/yaml-app.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { systemClock } from '../../runtime/system.ts'
import { createCleanup, temporaryFolder } from '../helpers/processes/processes.ts'
import { createCollector, createZendesk, ENV, FOLDER } from '../helpers/zendesk.ts'

const closing = createCleanup()
afterAll(() => closing.close())

/** The Zendesk example as a source of polls alone, without the metrics that only webhooks report. */
function polledFolder(): string {
  const folder = temporaryFolder(closing)
  cpSync(fileURLToPath(FOLDER), folder, { recursive: true })
  edit(join(folder, 'connector.yaml'), ({ webhook: _, ...spec }) => {
    delete spec.source.settings.webhookSecret
    delete spec.source.signingSecret
    delete spec.lookups.article
    for (const resource of Object.values<{ topics?: unknown }>(spec.resources)) delete resource.topics
    return { ...spec, reconcile: { every: '2s', overlap: '1m', lag: '1s', share: 1 } }
  })
  for (const name of ['article-published', 'ticket-solved']) rmSync(join(folder, 'mappings', `${name}.yaml`))
  edit(join(folder, 'mappings/ticket-created.yaml'), ({ from, ...mapping }) => ({
    ...mapping,
    from: { stream: from.stream },
  }))
  return folder
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the YAML holds.
function edit(path: string, change: (value: any) => object): void {
  writeFileSync(path, stringify(change(parse(readFileSync(path, 'utf8')))))
}

const app = createYamlApp({
  folder: pathToFileURL(`${polledFolder()}/`),
  program: 'polled',
  version: '0.1.0',
  homepage: 'https://example.com/polled',
  bugsUrl: 'https://example.com/polled/issues',
})

const { ZENDESK_WEBHOOK_SECRET: _, ...env } = ENV
const store = join(temporaryFolder(closing), 'store.db')

async function run(argv: readonly string[], fetch: Fetch, signal = new AbortController().signal) {
  const texts: string[] = []
  const output = { write: (text: string) => void texts.push(text), isTTY: false, columns: 100 }
  const exit = await runCli(app, argv, {
    stdout: output,
    stderr: output,
    stdin: (async function* () {})(),
    env: { ...env, CONNECTOR_STORE: `sqlite:${store}` },
    cwd: '/',
    clock: systemClock,
    fetch,
    random: () => 0.5,
    signal,
    detachOutput: () => () => 0,
    onHangUp: () => undefined,
  })
  return { exit, text: texts.join('') }
}

test('polls deliver what is new, as live events, and nothing twice', async () => {
  const zendesk = createZendesk(Date.now(), 10)
  const collector = createCollector()
  let polls = 0
  const fetch: Fetch = (request) => {
    if (request.url.includes('/incremental/tickets')) polls += 1
    return (new URL(request.url).host === 'collector.example' ? collector : zendesk).fetch(request)
  }
  const ids = () => collector.events().map(({ key }) => key.split(':').at(-1))
  const create = (id: number) => {
    const now = new Date(Date.now() - 1000).toISOString().replace(/\.\d+/, '')
    zendesk.tickets.push({ ...zendesk.tickets[0], id, created_at: now, updated_at: now } as (typeof zendesk.tickets)[0])
  }
  const whileRunning = async (act: () => Promise<void>) => {
    const stop = new AbortController()
    const running = run(['start', '--port', '0'], fetch, stop.signal)
    await Promise.race([act(), running.then(({ text }) => Promise.reject(new Error(text)))])
    stop.abort()
    expect(await running).toMatchObject({ exit: 0 })
  }

  expect((await run(['validate', '--strict'], fetch)).text).not.toMatch(/error|warning/)
  await whileRunning(async () => {
    await expect.poll(() => polls, { timeout: 30_000 }).toBeGreaterThan(2)
    create(901)
    await expect.poll(ids, { timeout: 30_000 }).toContain('901')
  })
  create(902)
  await whileRunning(() => expect.poll(ids, { timeout: 30_000 }).toContain('902'))
  expect(ids()).toEqual(['901', '902'])
  expect(collector.events().map(({ startsFlows }) => startsFlows)).toEqual([true, true])
  expect(await run(['backfill'], fetch)).toMatchObject({ exit: 0 })
  expect(collector.events()).toHaveLength(12)
})
