/** Commands on a spec that extends another: where its diagnostics are, and how the base is accepted. */
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { specFolder } from '../../../connector/spec.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { runCommand } from '../../helpers/cli-fake.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

/** A folder with the shipped spec in `base`, and one in `own` that extends it. */
function createFolders(files: Readonly<Record<string, string>> = {}) {
  const cwd = realpathSync(temporaryFolder(closing))
  for (const name of ['connector.yaml', 'fields.yaml', 'mappings', 'recipes'])
    cpSync(fileURLToPath(new URL(name, specFolder())), join(cwd, 'base', name), { recursive: true })
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
  const replace = (path: string, find: string, put: string) =>
    write(path, readFileSync(join(cwd, path), 'utf8').replace(find, put))
  write('own/connector.yaml', 'extends: ../base\n')
  for (const [path, text] of Object.entries(files)) write(path, text)
  const run = (...argv: string[]) => runCommand(argv, { app: cliApp, load: loaders, env: {}, cwd })
  return { cwd, write, replace, run }
}

test('names files of the base as seen from the working directory', async () => {
  const { replace, run } = createFolders()
  replace('base/mappings/resolved-ticket.yaml', 'Category: category', 'Category: categry')
  const { out } = await run('validate', 'own', '--format', 'github')
  expect(out).toMatch(/^::warning file=base\/mappings\/resolved-ticket\.yaml,line=\d+,col=13,/)
})

test('names files of the shipped spec by their place on disk', async () => {
  const { write, run } = createFolders({ 'own/mappings/resolved-ticket.yaml': 'each: ~\n' })
  write('own/connector.yaml', 'extends: intercom-to-klaviyo\n')
  const { out } = await run('validate', 'own')
  expect(out).toContain(`${fileURLToPath(new URL('mappings/resolved-ticket.yaml', specFolder()))}:11:`)
})

test('a preview shows what the spec makes of its base', async () => {
  const { cwd } = createFolders({
    'own/mappings/created-conversation.yaml': 'properties: { Opening: source.body, Tags: ~, Conversation Source: ~ }\n',
    'notice.json': JSON.stringify({
      type: 'conversation',
      id: '1',
      created_at: 1_700_000_000,
      source: { type: 'conversation', body: 'Hello', author: { type: 'user', id: 'c1' } },
      contacts: { contacts: [{ type: 'contact', id: 'c1' }] },
    }),
  })
  const preview = ['preview', '--topic', 'conversation.user.created', 'notice.json', '--workspace', 'w', '--json']
  const { out } = await runCommand(preview, { app: cliApp, load: loaders, env: { CONNECTOR_SPEC: 'own' }, cwd })
  const [{ metric, key, properties }] = JSON.parse(out)
  expect({ metric, key, properties }).toEqual({
    metric: 'Created Conversation',
    key: 'w:created-conversation:1',
    properties: { Opening: 'Hello' },
  })
})

describe('accepting the base', () => {
  test('is offered, and writes the lock once', async () => {
    const { cwd, write, run } = createFolders()
    write('own/connector.yaml', 'extends: intercom-to-klaviyo\n')
    expect((await run('validate', 'own')).out).toContain('There is no connector.lock.yaml: write it with --accept')
    const { out, err, exit } = await run('validate', 'own', '--accept')
    expect(err).toBe('own/connector.lock.yaml: holds intercom-to-klaviyo as it is now\n')
    expect(out).not.toContain('connector.lock.yaml')
    expect(exit).toBe(0)
    const text = readFileSync(join(cwd, 'own/connector.lock.yaml'), 'utf8')
    await run('validate', 'own', '--accept')
    expect(readFileSync(join(cwd, 'own/connector.lock.yaml'), 'utf8')).toBe(text)
    expect((await run('validate', 'own', '--strict')).exit).toBe(0)
  })

  test('settles what an update changed', async () => {
    const { replace, run } = createFolders({ 'own/mappings/resolved-ticket.yaml': 'properties: { Category: type }\n' })
    await run('validate', 'own', '--accept')
    replace('base/mappings/resolved-ticket.yaml', 'Category: category', 'Category: $lowercase(category)')
    replace('base/mappings/created-ticket.yaml', 'key: [', 'key: [ticket-')
    const changed = await run('validate', 'own', '--json')
    expect(JSON.parse(changed.out).diagnostics).toMatchObject([
      { code: 'extends/key-changed', file: 'own/connector.yaml', line: 1, column: 10 },
      { code: 'extends/hidden-change', file: 'own/mappings/resolved-ticket.yaml', line: 1, column: 15 },
    ])
    expect((await run('validate', 'own', '--strict')).exit).toBe(1)
    await run('validate', 'own', '--accept')
    expect((await run('validate', 'own', '--strict')).exit).toBe(0)
  })

  test('is refused while a removal has nothing to remove', async () => {
    const { cwd, replace, run } = createFolders({
      'own/mappings/resolved-ticket.yaml': 'properties: { Category: ~ }\n',
    })
    await run('validate', 'own', '--accept')
    const before = readFileSync(join(cwd, 'own/connector.lock.yaml'), 'utf8')
    replace('base/mappings/resolved-ticket.yaml', 'Category: category', 'Kind: category')
    expect(await run('validate', 'own')).toMatchObject({ exit: 0 })
    const { out, err, exit } = await run('validate', 'own', '--accept')
    expect(err).toBe('The spec has errors, so its base was not accepted.\n')
    expect(out).toContain('[spec/nothing-to-remove]')
    expect(exit).toBe(1)
    expect(readFileSync(join(cwd, 'own/connector.lock.yaml'), 'utf8')).toBe(before)
  })

  test('needs a base', async () => {
    const { cwd, run } = createFolders()
    expect(await run('validate', 'base', '--accept')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--accept is for a spec that `extends` another'),
    })
    expect(existsSync(join(cwd, 'base/connector.lock.yaml'))).toBe(false)
  })
})
