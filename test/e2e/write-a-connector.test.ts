/** The page "Write a connector", followed word by word in an empty folder, and each of its other samples in a spec. */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createCleanup, temporaryFolder } from '../helpers/processes/processes.ts'
import { DESK_WEBHOOK, loadDeskSpec } from '../helpers/spec/desk-spec.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/guide/write-a-connector.md', root), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n(?:# |\/\/ )?([^\n]*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', title = '', text = '']) => ({ language, title, text }),
)
const yaml = blocks.filter(({ language }) => language === 'yaml')
const isFile = ({ title }: { readonly title: string }) => /^[\w/.-]+\.(yaml|mjs)$/.test(title)

const closing = createCleanup()
const cwd = realpathSync(temporaryFolder(closing))
afterAll(() => closing.close())

beforeAll(() => {
  for (const { title, text } of blocks.filter(isFile)) {
    mkdirSync(dirname(join(cwd, title)), { recursive: true })
    writeFileSync(join(cwd, title), text)
  }
  writeFileSync(join(cwd, 'package.json'), '{"type":"module"}')
})

/** The package is this checkout. */
function run(line: string, env: Record<string, string> = {}) {
  const [, ...argv] = line.split(' ')
  const options = {
    cwd,
    env: {
      PATH: process.env.PATH,
      NO_COLOR: '1',
      TSX_TSCONFIG_PATH: fileURLToPath(new URL('tsconfig.json', root)),
      ...env,
    },
  }
  const tsx = pathToFileURL(fileURLToPath(new URL('node_modules/tsx/dist/loader.mjs', root))).href
  return promisify(execFile)(process.execPath, ['--import', tsx, ...argv], options)
}

const lines = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ title, text }) => [title, ...text.split('\n')])
  .filter((line) => line.startsWith('node main.mjs'))
const offline = lines.filter((line) => /--help|validate|test|build/.test(line))

test.each(offline)(
  '%s succeeds in the folder that the page makes',
  async (line) => {
    const { stdout } = await run(line)
    if (line.includes('--help')) expect(stdout).toMatch(/Usage: desk-to-http[\s\S]*DESK_SITE[\s\S]*COLLECTOR_URL/)
    if (line.endsWith('test')) expect(stdout).toMatch(/1 passed/)
  },
  30_000,
)

test('the commands that need accounts name each missing setting', async () => {
  expect(lines.length - offline.length).toBe(3)
  const refused = await run('node main.mjs check').catch((error: { readonly stderr: string }) => error)
  for (const name of ['DESK_SITE', 'DESK_TOKEN', 'COLLECTOR_URL', 'COLLECTOR_TOKEN'])
    expect(refused.stderr).toContain(name)
}, 30_000)

describe('the other samples', () => {
  const others = yaml.filter((block) => !isFile(block))
  test.each(others)('$title', async ({ title, text }) => {
    const value = parse(text) as object
    const [kind] = title.split(' ')
    const webhook = kind === 'webhook' ? value : { ...DESK_WEBHOOK, [String(kind)]: value }
    expect(['webhook', 'signature', 'handshakes']).toContain(kind)
    expect((await loadDeskSpec({ webhook })).webhook.signature).toBeDefined()
  })

  test('are all that are promised', () => expect(others.length).toBe(9))
})

test('the ways to a next page are expressions', async () => {
  const rows = [...page.matchAll(/^\| [^|]+ \| `+(next|nextUrl): ([^|]+?) ?`+/gm)]
  expect(rows).toHaveLength(7)
  for (const [, name = '', expression = ''] of rows) {
    const pageSize = { max: 7, min: 7 }
    const people = { resource: 'person', request: { path: '/people' }, records: 'data', pageSize }
    const tickets = { resource: 'ticket', request: { path: '/tickets' }, records: 'data', [name]: expression, pageSize }
    await loadDeskSpec({ streams: { tickets, people } })
  }
})
