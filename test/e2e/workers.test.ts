/** Runs bundled as on Cloudflare Workers: no module URL, no `eval`, no randomness or timers while modules load. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const file = (name: string) => join(folder, name)
const sourceOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** As a Worker's bundler does. */
const bundle = (entryPoint: string, options: BuildOptions) =>
  build({
    ...{ entryPoints: [entryPoint], bundle: true, format: 'esm', platform: 'neutral', external: ['node:*'] },
    ...{ mainFields: ['module', 'main'], define: { 'import.meta.url': 'undefined' }, logLevel: 'error' },
    ...options,
  })

beforeAll(async () => {
  writeFileSync(file('built.mjs'), writeBundle(await loadSpec(specFolder(), { functions }), functions))
})

describe('all that receives and delivers, with the shipped spec', () => {
  let outputs: Metafile['outputs']
  beforeAll(async () => {
    const worker = `import { intercomToKlaviyo } from ${JSON.stringify(sourceOf('../../connector/edge.ts'))}
import { built } from './built.mjs'
export default { create: (options) => intercomToKlaviyo({ ...options, settings: { spec: built } }) }`
    writeFileSync(file('worker.mjs'), worker)
    const { metafile } = await bundle(file('worker.mjs'), {
      ...{ outdir: file('worker'), splitting: true, minify: true, charset: 'utf8', metafile: true },
    })
    outputs = metafile?.outputs ?? {}
  })

  /** The bytes of an output and of all that it imports at once. */
  function bytesOf(path: string, counted = new Set<string>()): number {
    if (counted.has(path)) return 0
    counted.add(path)
    const { bytes, imports } = outputs[path] as Metafile['outputs'][string]
    const others = imports.filter(({ kind, path }) => kind === 'import-statement' && path in outputs)
    return others.reduce((sum, { path }) => sum + bytesOf(path, counted), bytes)
  }

  test('takes less than 300 kB, and less than 80 for phone numbers, once there is one', () => {
    const sizeOf = (name: string) => bytesOf(Object.keys(outputs).find((path) => path.includes(name)) ?? '')
    expect(sizeOf('worker.js')).toBeGreaterThan(150_000)
    expect(sizeOf('worker.js')).toBeLessThan(300_000)
    expect(sizeOf('phone-library')).toBeLessThan(80_000)
  })

  test('has no parser, no checks, and nothing of the commands', () => {
    const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs))
    const forbidden =
      /node_modules\/(yaml|jsonata|hono|pino|commander|undici)|runtime\/(cli|console|conformance|catalog|editor|plan)\/|spec\/(check|generated|extends)\/|expression\/(check|interpreter|parse)|compiler\/regex\/[^f]/
    expect(inputs.filter((input) => forbidden.test(input))).toEqual([])
    expect(inputs.length).toBeGreaterThan(100)
  })
})

test('a bundle receives and delivers a webhook, and reconciles', async () => {
  writeFileSync(file('before.mjs'), before)
  await bundle(sourceOf('../helpers/processes/edge-child.ts'), { outfile: file('bundle.mjs') })
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
      '/conversations/search': { type: 'conversation.list', conversations: [], total_count: 0 },
      '/tickets/search': { type: 'ticket.list', tickets: [], total_count: 0 },
      '/contacts/search': { type: 'list', data: [], total_count: 0 },
    },
  }
  const flags = ['--disallow-code-generation-from-strings', '--import', pathToFileURL(file('before.mjs')).href]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file('bundle.mjs'), JSON.stringify(input)])
  const { status, sent, streams, tallies } = JSON.parse(stdout)
  expect(status).toBe(200)
  expect(streams).toEqual(['conversations', 'tickets', 'contacts'])
  expect(JSON.stringify(sent)).toContain('"phone_number":"+353871234567"')
  expect(tallies).toMatchObject([{ metric: 'Resolved Ticket', status: 'delivered', count: 1 }])
})
