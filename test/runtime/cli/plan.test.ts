/** `connector plan`: against the running spec, a folder and a commit; its output and its exit codes. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { specFolder } from '../../../connector/spec.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { adoptSpec } from '../../../runtime/running-spec/running-spec.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, runCommand } from '../../helpers/cli-fake.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const TICKET = 'mappings/created-ticket.yaml'
const logger = { debug() {}, info() {}, warn() {}, error() {} }

/** A folder `spec` that holds a copy of the shipped spec. */
function createFolder() {
  const cwd = realpathSync(temporaryFolder(closing))
  for (const name of ['connector.yaml', 'fields.yaml', 'mappings', 'recipes'])
    cpSync(fileURLToPath(new URL(name, specFolder())), join(cwd, 'spec', name), { recursive: true })
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
  const edit = (path: string, find: string, put: string) =>
    write(`spec/${path}`, readFileSync(join(cwd, 'spec', path), 'utf8').replace(find, put))
  const copy = (to: string) => cpSync(join(cwd, 'spec'), join(cwd, to), { recursive: true })
  const store = memoryStore({ clock: createFrozenClock() })
  /** Without `isStored` there is no store. */
  const run = (argv: readonly string[], isStored = false) =>
    runCommand(['plan', ...argv], {
      app: cliApp,
      load: { ...loaders, ...(isStored && { store: async () => store }) },
      env: { CONNECTOR_STORE: isStored ? 'other://store' : 'sqlite:none.db' },
      cwd,
    })
  /** Makes a spec the running one of the store. */
  const adopt = async (folder: string) => {
    const { functions, rules, bases } = cliApp
    const { spec } = await loadSpec(join(cwd, folder), { functions, rules, bases })
    if (spec === undefined) throw new Error('invalid')
    const processIdentity = { id: 'p', hasExited: () => true }
    await adoptSpec({ spec, store, clock: createFrozenClock(), logger, processIdentity })
  }
  return { cwd, write, edit, copy, run, adopt, store }
}

describe('against a folder', () => {
  test('exit code 0 without a change', async () => {
    const { copy, run } = createFolder()
    copy('old')
    const { exit, out } = await run(['spec', '--against', 'old'])
    expect(out).toContain('Nothing changes.')
    expect(exit).toBe(0)
  })

  test('exit code 4 with changes, which are listed', async () => {
    const { copy, edit, run } = createFolder()
    copy('old')
    edit(TICKET, 'include:', 'properties: { Urgent: is_shared }\ninclude:')
    edit('mappings/_ticket.yaml', '  Category: category', '  Category: category & "!"')
    edit('mappings/profile.yaml', '  Contact Role: role', '  #')
    edit('mappings/read-conversation.yaml', 'metric: Read', 'enabled: false\nmetric: Read')
    edit('mappings/resolved-ticket.yaml', 'metric: Resolved Ticket', 'metric: Closed Ticket')
    edit('connector.yaml', 'liveWindow: 24h', 'liveWindow: 12h')
    const { exit, out } = await run(['spec', '--against', 'old'])
    expect(out).toMatchSnapshot()
    expect(exit).toBe(4)
  })

  test('exit code 1 with a key that needs consent', async () => {
    const { copy, edit, run } = createFolder()
    copy('old')
    edit(TICKET, '[created-ticket, id]', '[ticket-created, id]')
    const { exit, out } = await run(['spec', '--against', 'old'])
    expect(out).toContain('! Created Ticket\n    ! key  [created-ticket, id] → [ticket-created, id]\n')
    expect(out).toContain('--accept-new-keys "Created Ticket"')
    expect(exit).toBe(1)
  })

  test('maps fixtures by both, and shows no data of a person', async () => {
    const { copy, edit, write, run } = createFolder()
    copy('old')
    edit('mappings/_ticket.yaml', 'email: $email($contact.email)', 'email: $uppercase($contact.email)')
    const item = { type: 'ticket', id: '77', created_at: 1_767_950_000 }
    const contacts = { contacts: [{ id: 'c1', email: 'ada@shop.example', name: 'Ada' }] }
    const envelope = { type: 'notification_event', app_id: 'w', topic: 'ticket.created', created_at: 1_767_950_000 }
    write('recorded/ticket.json', JSON.stringify({ ...envelope, data: { item: { ...item, contacts } } }))
    write('recorded/other.json', '{}')
    const { exit, out, err } = await run(['spec', '--against', 'old', '--fixtures', 'recorded'])
    expect(out).toContain('~ properties.email in 1: text of 16 → text of 16')
    expect(out + err).not.toMatch(/ada@/i)
    expect(err).toContain('note: other.json holds no notification, so it is not compared\n')
    expect(exit).toBe(4)
  })

  test.each<[path: string, find: string, put: string, line: string]>([
    [
      TICKET,
      'include:',
      'properties: { Size: $number(type) }\ninclude:',
      'fails for 1 of 1 record: the expression failed:',
    ],
    [TICKET, 'include:', 'skip: { all: "true" }\ninclude:', 'leaves out 1 of 1 record that was sent'],
    [
      'mappings/_ticket.yaml',
      ': category',
      ': open',
      'properties.Category has no value any more, which it had in 1 record',
    ],
  ])('names what recorded notifications lose by %s with "%s" as "%s"', async (path, find, put, line) => {
    const { copy, edit, write, run } = createFolder()
    copy('old')
    edit(path, find, put)
    const contacts = { contacts: [{ id: 'c1', email: 'ada@shop.example' }] }
    const item = { type: 'ticket', id: '77', created_at: 1_767_950_000, category: 'Customer', contacts }
    const envelope = { type: 'notification_event', app_id: 'w', topic: 'ticket.created', created_at: 1_767_950_000 }
    write('recorded/ticket.json', JSON.stringify({ ...envelope, data: { item } }))
    const { exit, out } = await run(['spec', '--against', 'old', '--fixtures', 'recorded'])
    expect(out).toContain(`! Created Ticket: ${line}`)
    expect(exit).toBe(4)
  })

  test('--json gives the same as data', async () => {
    const { copy, edit, run } = createFolder()
    copy('old')
    edit('connector.yaml', 'liveWindow: 24h', 'liveWindow: 12h')
    const { exit, out } = await run(['spec', '--against', 'old', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      ...{ against: 'old', hasChanges: true, needsConsent: false, metrics: [] },
      sections: { settings: [{ change: 'changed', name: 'delivery.liveWindow', before: '1 d', after: '12 h' }] },
      samples: { records: 0 },
    })
    expect(exit).toBe(4)
  })
})

describe('against the running spec', () => {
  test('compares with the files of the store, with those of its base', async () => {
    const { adopt, edit, run, write } = createFolder()
    write('own/connector.yaml', 'extends: ../spec\n')
    await adopt('own')
    expect((await run(['own'], true)).exit).toBe(0)
    edit(TICKET, 'include:', 'properties: { Urgent: is_shared }\ninclude:')
    const { exit, out } = await run(['own'], true)
    expect(out).toContain('Compared with the spec that runs since 2026-03-01 12:00:00Z')
    expect(out).toContain('+ properties.Urgent  is_shared')
    expect(exit).toBe(4)
  })

  test('reads it with its lock, by which metrics of the spec replace new ones of the base', async () => {
    const { cwd, adopt, run, write } = createFolder()
    const metric = `metric: Own Ticket
summary: A ticket was created.
resource: ticket
from: { webhook: { topics: [ticket.created] } }
key: [own-ticket, id]
time: created_at
contact: contacts.contacts[0].id
`
    write('own/connector.yaml', 'extends: ../spec\n')
    write('own/mappings/mine.yaml', metric)
    const accept = ['validate', 'own', '--accept']
    expect((await runCommand(accept, { app: cliApp, load: loaders, env: {}, cwd })).exit).toBe(0)
    write('spec/mappings/theirs.yaml', metric)
    await adopt('own')
    expect((await run(['own'], true)).exit).toBe(0)
  })

  test('a new key without delivered events needs no consent', async () => {
    const { adopt, edit, run } = createFolder()
    await adopt('spec')
    edit(TICKET, '[created-ticket, id]', '[ticket-created, id]')
    const { exit, out } = await run(['spec'], true)
    expect(out).toContain('(no event was delivered under the old one)')
    expect(exit).toBe(4)
  })

  test('writes nothing', async () => {
    const { adopt, edit, run, store } = createFolder()
    await adopt('spec')
    const before = await store.readCheckpoint('running-spec')
    edit(TICKET, '[created-ticket, id]', '[ticket-created, id]')
    await run(['spec'], true)
    expect(await store.readCheckpoint('running-spec')).toEqual(before)
  })

  test.each([
    [false, '--against live: there is no store'],
    [true, '--against live: no spec has run on the store'],
  ])('exit code 2 if none has run (store: %s)', async (isStored, message) => {
    const { exit, err } = await createFolder().run(['spec'], isStored)
    expect(err).toContain(message)
    expect(exit).toBe(2)
  })
})

describe('against a commit', () => {
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, stdio: 'pipe' })
  const commit = (cwd: string) => {
    git(cwd, 'init', '--quiet')
    git(cwd, 'add', '.')
    git(cwd, 'commit', '--quiet', '--message', 'one')
  }

  test('reads the files of a folder in a repository, and of its base', async () => {
    const { cwd, edit, run, write } = createFolder()
    write('own/connector.yaml', 'extends: ../spec\n')
    commit(cwd)
    expect((await run(['own', '--against', 'git:HEAD'])).exit).toBe(0)
    edit(TICKET, 'include:', 'properties: { Urgent: is_shared }\ninclude:')
    rmSync(join(cwd, 'spec/mappings/read-conversation.yaml'))
    const { exit, out } = await run(['own', '--against', 'git:HEAD'])
    expect(out).toContain('Compared with git:HEAD.')
    expect(out).toContain('+ properties.Urgent  is_shared')
    expect(out).toContain('- Read Conversation: removed')
    expect(exit).toBe(4)
  })

  test.each([
    ['git:nowhere', 'the repository has no commit of that name'],
    ['git:--help', 'the repository has no commit of that name'],
  ])('exit code 2 for %s', async (against, message) => {
    const { cwd, run } = createFolder()
    commit(cwd)
    const { exit, err } = await run(['spec', '--against', against])
    expect(err).toContain(message)
    expect(exit).toBe(2)
  })

  test('exit code 2 for a spec that the commit does not have, and outside of a repository', async () => {
    const { cwd, copy, run } = createFolder()
    expect((await run(['spec', '--against', 'git:HEAD'])).err).toContain('is not in a git repository')
    commit(cwd)
    copy('new')
    const { exit, err } = await run(['new', '--against', 'git:HEAD'])
    expect(err).toContain('there is no connector.yaml in')
    expect(exit).toBe(2)
  })
})

test('compares with a spec that `extends` may name', async () => {
  const { edit, run } = createFolder()
  edit(TICKET, 'time:', 'skip: { is-shared: is_shared }\ntime:')
  const { exit, out } = await run(['spec', '--against', 'intercom-to-klaviyo'])
  expect(out).toContain('Compared with intercom-to-klaviyo.\n')
  expect(out).toContain('is-shared')
  expect(exit).toBe(4)
})

test('exit code 3 for an invalid spec on either side', async () => {
  const { copy, edit, run } = createFolder()
  copy('old')
  edit(TICKET, 'resource: ticket', 'resource: tocket')
  expect((await run(['spec', '--against', 'old'])).exit).toBe(3)
  const { exit, err } = await run(['old', '--against', 'spec'])
  expect(err).toContain('the spec to compare with (--against spec) is invalid')
  expect(exit).toBe(3)
})

test.each([
  [['--against', 'nowhere'], 'there is no connector.yaml in'],
  [['--against', 'spec', '--sample', 'many'], '--sample must be a whole number'],
  [['--against', 'spec', '--fixtures', 'nowhere'], 'cannot read the folder (ENOENT)'],
])('exit code 2 for %j', async (options, message) => {
  const { exit, err } = await createFolder().run(['spec', ...options])
  expect(err).toContain(message)
  expect(exit).toBe(2)
})
