/** Runs bundled as on Cloudflare Workers: no module URL, no `eval`, no randomness or timers while modules load. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { functions } from '../../connector/functions/index.ts'
import { specFolder } from '../../connector/spec.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { writeBundle } from '../../runtime/spec/write-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../conformance/fixtures/${name}.json`, import.meta.url), 'utf8'))

/** Loaded first: rejects what Workers reject while modules load. */
const before = `
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
const { random } = Math
const { randomUUID, randomBytes } = crypto
const { setTimeout } = globalThis
const refuse = () => { throw new Error('not available while modules load') }
Object.assign(crypto, { randomUUID: refuse, randomBytes: refuse })
Object.assign(Math, { random: refuse })
Object.assign(globalThis, {
  setTimeout: refuse,
  loaded() {
    Object.assign(crypto, { randomUUID, randomBytes })
    Object.assign(Math, { random })
    Object.assign(globalThis, { setTimeout })
    syncBuiltinESMExports()
  },
})
syncBuiltinESMExports()`

test('a bundle receives and delivers a webhook', async () => {
  const file = (name: string) => join(folder, name)
  writeFileSync(file('built.mjs'), writeBundle(await loadSpec(specFolder(), { functions }), functions))
  writeFileSync(file('before.mjs'), before)
  await build({
    ...{
      entryPoints: [fileURLToPath(new URL('../helpers/processes/edge-child.ts', import.meta.url))],
      outfile: file('bundle.mjs'),
    },
    ...{ bundle: true, format: 'esm', platform: 'neutral', external: ['node:*'], mainFields: ['module', 'main'] },
    ...{ define: { 'import.meta.url': 'undefined' }, logLevel: 'error' },
  })
  const [item, contact] = [fixture('ticket'), fixture('contact')]
  const about = { type: 'notification_event', app_id: 'abc', id: 'n1', topic: 'ticket.state.updated' }
  const input = {
    built: pathToFileURL(file('built.mjs')).href,
    body: JSON.stringify({ ...about, created_at: 1_768_204_800, data: { item } }),
    answers: {
      [`/contacts/${item.contacts.contacts[0].id}`]: contact,
      '/admins': { type: 'admin.list', admins: [] },
      '/teams': { type: 'team.list', teams: [] },
      '/tags': { type: 'list', data: [] },
    },
  }
  const flags = ['--disallow-code-generation-from-strings', '--import', pathToFileURL(file('before.mjs')).href]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file('bundle.mjs'), JSON.stringify(input)])
  const { status, sent, tallies } = JSON.parse(stdout)
  expect(status).toBe(200)
  expect(JSON.stringify(sent)).toContain('"phone_number":"+353871234567"')
  expect(tallies).toMatchObject([{ metric: 'Resolved Ticket', status: 'delivered', count: 1 }])
})
