/** `init`: what it writes, what it leaves, and that the spec of the working directory is the one that commands take. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { cliApp } from '../../../connector/cli-app.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { COMMON_SETTINGS } from '../../../runtime/cli/settings.ts'
import { runCommand } from '../../helpers/cli-fake.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

function createFolder(files: Readonly<Record<string, string>> = {}) {
  const cwd = realpathSync(temporaryFolder(closing))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
  const read = (path: string) => readFileSync(join(cwd, path), 'utf8')
  const run = (...argv: string[]) => runCommand(argv, { app: cliApp, load: loaders, env: {}, cwd })
  return { cwd, read, run }
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

describe('in an empty folder', () => {
  test('begins a spec that passes validate without a complaint', async () => {
    const { run } = createFolder()
    expect(await run('init')).toMatchObject({ exit: 0, err: '' })
    const { exit, out } = await run('validate', '--strict')
    expect(out).toMatch(/: no problems\n$/)
    expect(exit).toBe(0)
  })

  test('names in the first line of each YAML file a schema that it wrote', async () => {
    const { cwd, read, run } = createFolder()
    await run('init')
    const files = filesIn(cwd).filter((path) => path.endsWith('.yaml') && !/\.lock\.|\/recorded\//.test(path))
    const titles = files.map((path) => {
      const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? []
      return JSON.parse(read(join(dirname(path), schema))).title
    })
    expect(new Set(titles)).toEqual(new Set(['Connector', 'Mapping', 'Profile', 'Cases']))
    const settings = JSON.parse(read('.vscode/settings.json'))['yaml.schemas']
    expect(Object.keys(settings).sort()).toEqual(filesIn(cwd).filter((path) => path.startsWith('.connector-schema/')))
  })

  test('names the schemas as `schema --modeline` does', async () => {
    const { cwd, read, run } = createFolder()
    await run('init')
    const before = filesIn(cwd).map((path) => [path, read(path)])
    await run('schema', '.', '--modeline')
    expect(filesIn(cwd).map((path) => [path, read(path)])).toEqual(before)
    const cases = join(cwd, 'tests/profile.yaml')
    writeFileSync(cases, read('tests/profile.yaml').split('\n').slice(1).join('\n'))
    await run('schema', '.', '--modeline')
    expect(filesIn(cwd).map((path) => [path, read(path)])).toEqual(before)
  })

  test('lists every setting in .env.example, which sets none', async () => {
    const { read, run } = createFolder()
    await run('init')
    const text = read('.env.example')
    const names = [...text.matchAll(/^(?:# )?([A-Z_]+)=$/gm)].map(([, name]) => name)
    expect(names).toEqual([...cliApp.settings, ...COMMON_SETTINGS].map(({ env }) => env))
    expect(new Set(Object.values(parseEnv(text)))).toEqual(new Set(['']))
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  test('names the connector as a dependency, unless a folder above does', async () => {
    const { read, run } = createFolder()
    const { out } = await run('init')
    expect(JSON.parse(read('package.json')).dependencies).toEqual({ 'intercom-to-klaviyo': `^${cliApp.version}` })
    expect(out).toContain('  npm install ')

    const dependent = createFolder({ 'package.json': '{ "dependencies": { "intercom-to-klaviyo": "*" } }' })
    const second = await dependent.run('init', 'my-spec')
    expect(second.out).not.toContain('npm install')
    expect(second.out).toContain('  cd my-spec\n')
    expect(filesIn(dependent.cwd)).not.toContain('my-spec/package.json')

    const other = createFolder({ 'package.json': '{ "name": "shop" }' })
    expect((await other.run('init')).out).toContain('npm install intercom-to-klaviyo ')
    const checkout = createFolder({ 'package.json': '{ "name": "intercom-to-klaviyo" }' })
    const { out: steps } = await checkout.run('init', 'my-spec')
    expect(steps).toContain('  CONNECTOR_SPEC=my-spec npm run -s connector -- validate ')
  })
})

describe('overwrites nothing', () => {
  test('leaves files that exist, names them, and exits with 1', async () => {
    const files = { '.gitignore': 'dist\n', 'README.md': '# Shop\n', 'mappings/profile.yaml': 'properties: {}\n' }
    const { read, run } = createFolder(files)
    const { exit, out } = await run('init')
    expect(exit).toBe(1)
    expect(out).toContain('Left as they are, because they exist: .gitignore, README.md, mappings/profile.yaml\n')
    expect(out).toContain('  .gitignore should have the lines .env  .connector/')
    for (const [path, text] of Object.entries(files)) expect(read(path)).toBe(text)
    expect((await run('validate')).exit).toBe(0)
  })

  test('completes what it began, and has nothing to do after that', async () => {
    const { cwd, read, run } = createFolder()
    await run('init')
    const before = filesIn(cwd).map((path) => [path, read(path)])
    expect(await run('init')).toMatchObject({ exit: 0, out: expect.stringContaining('0 files written') })
    expect(filesIn(cwd).map((path) => [path, read(path)])).toEqual(before)
  })

  test('writes nothing beside the connector.yaml of another spec', async () => {
    const { cwd, run } = createFolder({ 'own/connector.yaml': 'extends: intercom-to-klaviyo\n' })
    const { exit, err } = await run('init', 'own')
    expect(exit).toBe(1)
    expect(err).toContain('own/connector.yaml exists: the folder holds a spec already, and nothing was written')
    expect(filesIn(cwd)).toEqual(['own/connector.yaml'])
  })

  test('says so when a file of the folder is wrong', async () => {
    const { run } = createFolder({ 'mappings/other.yaml': 'metric: Other\n' })
    const { exit, err } = await run('init')
    expect(exit).toBe(3)
    expect(err).toContain('other files of the folder have errors; `connector validate` shows them')
  })
})

test('--json lists the files', async () => {
  const { cwd, run } = createFolder({ 'README.md': '' })
  const { out } = await run('init', '--json')
  const { folder, written, kept } = JSON.parse(out)
  expect({ folder, kept }).toEqual({ folder: cwd, kept: ['README.md'] })
  expect([...written, ...kept].sort()).toEqual(filesIn(cwd))
})

test('a connector without a template says so', async () => {
  expect(await runCommand(['init'])).toMatchObject({ exit: 2, err: expect.stringContaining('has no template') })
})

test('the spec of the working directory is taken, unless CONNECTOR_SPEC names another', async () => {
  const { cwd, read, run } = createFolder({ 'other/connector.yaml': 'extends: intercom-to-klaviyo\n' })
  await run('init')
  const mapping = parseDocument(read('mappings/created-conversation.yaml'))
  mapping.setIn(['enabled'], false)
  writeFileSync(join(cwd, 'mappings/created-conversation.yaml'), String(mapping))
  const metrics = async (env: Record<string, string>) => {
    const { out } = await runCommand(['validate', '--json'], { app: cliApp, load: loaders, env, cwd })
    return JSON.parse(out).metrics
  }
  const all = await metrics({ CONNECTOR_SPEC: 'other' })
  expect(await metrics({})).toBe(all - 1)
})
