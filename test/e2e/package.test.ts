/** The package as others get it: packed, unpacked outside the checkout, imported and run by plain Node. */
import { type ExecFileOptions, execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'package-'))
/** Somebody's program, with this package and its dependencies installed, and nothing else. */
const app = join(folder, 'app')
const installed = join(app, 'node_modules/intercom-to-klaviyo')

const call = promisify(execFile)
/** Without any setting of ours, as on somebody else's machine. Rejects unless it ends with 0. */
const run = (file: string, args: readonly string[], options: ExecFileOptions = {}) =>
  call(file, args, { cwd: app, env: { PATH: process.env.PATH }, encoding: 'utf8', ...options })
const node = (...args: string[]) => run(process.execPath, args)

const read = (path: string) => readFileSync(join(installed, path), 'utf8')
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

/** Packs a copy, so that neither a build of yesterday nor one that runs now is in it. */
async function pack(): Promise<string> {
  const source = join(folder, 'source')
  const left = ['.git', 'node_modules', 'dist', '.connector']
  cpSync(root, source, { recursive: true, filter: (path) => !left.includes(basename(path)) })
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'))
  await run('npm', ['pack', '--silent', '--offline', '--pack-destination', folder], { cwd: source, env: process.env })
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'nothing was packed')
}

/** As npm does, without its network: unpacks, links what the package says it depends on, and its bin. */
async function install(tarball: string): Promise<void> {
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  const { dependencies, bin } = JSON.parse(read('package.json'))
  const link = (target: string, name: string) => {
    mkdirSync(dirname(join(app, 'node_modules', name)), { recursive: true })
    symlinkSync(target, join(app, 'node_modules', name))
  }
  for (const name of Object.keys(dependencies)) link(join(root, 'node_modules', name), name)
  for (const [name, path] of Object.entries<string>(bin)) {
    chmodSync(join(installed, path), 0o755)
    link(join(installed, path), `.bin/${name}`)
  }
}

beforeAll(async () => {
  await install(await pack())
  cpSync(join(root, 'test/fixtures/package'), app, { recursive: true })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('holds', () => {
  test('the compiled connector and runtime, the spec, its schemas and what a person reads', () => {
    const built = ['connector', 'runtime', 'sandbox'].flatMap((part) =>
      filesIn(join(root, part))
        .filter((path) => path.endsWith('.ts'))
        .flatMap((path) => ['.js', '.d.ts'].map((end) => join('dist', part, path.replace(/\.ts$/, end)))),
    )
    const schemas = readdirSync(join(root, 'runtime/spec/schemas')).filter((name) => name.endsWith('.schema.json'))
    const expected = [
      ...built,
      ...schemas.map((name) => `runtime/spec/schemas/${name}`), // for editors
      ...readdirSync(join(root, 'mappings')).map((name) => `mappings/${name}`),
      ...readdirSync(join(root, 'recipes')).map((name) => `recipes/${name}`),
      ...['connector.yaml', 'fields.yaml', 'package.json', 'README.md', 'BEHAVIOR.md', 'CHANGELOG.md', 'LICENSE'],
    ]
    expect(filesIn(installed)).toEqual(expected.sort())
  })

  test('a schema where the first line of each YAML file says it is', () => {
    const files = filesIn(installed).filter((path) => path.endsWith('.yaml'))
    const schemas = files.map((path) => {
      const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path))?.[1] ?? 'none'
      return JSON.parse(read(join(dirname(path), schema))).title
    })
    expect(new Set(schemas).size).toBe(6)
    expect(schemas).not.toContain(undefined)
  })
})

test('a host imports every entry point, and previews with either store', async () => {
  const { stdout, stderr } = await node('host.mjs')
  const said = JSON.parse(String(stdout))
  expect(stderr).toBe('')
  expect(said).toMatchObject({ schema: expect.any(String), functions: ['function', 'function'] })
  expect(said).toMatchObject({ unsigned: { memory: 401, sqlite: 401 }, fault: 'intercom/region' })
  expect(said.previews.sqlite).toEqual(said.previews.memory)
  expect(said.previews.memory.items).toEqual([
    {
      metric: 'Created Conversation',
      time: '2026-01-10T07:56:29.000Z',
      key: 'abc123de:created-conversation:215400000000001',
      profile: expect.objectContaining({
        email: 'ann@harbourlight.shop',
        phone_number: '+353871234567',
        first_name: 'Ann',
      }),
      properties: expect.objectContaining({ Title: 'Where is my order?' }),
    },
  ])
})

describe('importing loads no more than it needs', () => {
  const forbidden =
    /\/runtime\/cli\/|\/sandbox\/|\/store\/sqlite|\/(commander|hono|@hono|pino|pino-pretty|libphonenumber-js|@photostructure)\/|NativeModule (internal\/)?sqlite/
  async function loadedBy(entry: string): Promise<readonly string[]> {
    rmSync(join(app, 'loaded.txt'), { force: true })
    const { stdout } = await node('--import', './watch.mjs', 'embed.mjs', entry)
    const last = String(stdout).trim().split('\n').at(-1) ?? ''
    const imported = readFileSync(join(app, 'loaded.txt'), 'utf8').trim().split('\n')
    return [...imported, ...(JSON.parse(last) as string[])]
  }

  test.each(['intercom-to-klaviyo', 'intercom-to-klaviyo/runtime'])('%s', async (entry) => {
    const loaded = await loadedBy(entry)
    expect(loaded.filter((module) => module.includes('/dist/runtime/')).length).toBeGreaterThan(10)
    expect(loaded.filter((module) => forbidden.test(module))).toEqual([])
  })

  test('and the watch sees what is imported and what is required', async () => {
    const loaded = (await loadedBy('./host.mjs')).filter((module) => forbidden.test(module))
    expect(loaded).toContainEqual(expect.stringMatching(/\/dist\/runtime\/store\/sqlite\/store\.js$/))
    expect(loaded).toContainEqual(expect.stringMatching(/\/libphonenumber-js\//))
  })
})

describe('its bin', () => {
  const bin = join(app, 'node_modules/.bin/connector')

  test('validates the spec in the package', async () => {
    expect(await run(bin, ['validate'])).toEqual({
      stdout: expect.stringMatching(/^9 metrics, .*: no problems\n$/),
      stderr: '',
    })
  })

  test('previews a file', async () => {
    const args = ['preview', '--topic', 'conversation.user.created', 'notification.json', '--json']
    const { stdout } = await run(bin, args)
    expect(JSON.parse(String(stdout))).toMatchObject([
      { metric: 'Created Conversation', profile: { email: 'ann@harbourlight.shop' } },
    ])
  })

  test('has the version of the package', async () => {
    const { version } = JSON.parse(read('package.json'))
    expect(String((await run(bin, ['--version'])).stdout)).toContain(version)
  })
})
