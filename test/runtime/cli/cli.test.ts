import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settings } from '../../../connector/cli-app.ts'
import { COMMON_SETTINGS, readSettings } from '../../../runtime/cli/settings.ts'
import type { CheckResult } from '../../../runtime/ports/check-result.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { CREDENTIALS, runCommand } from '../../helpers/cli-fake.ts'

describe('help', () => {
  test('lists every command', async () => {
    const { exit, out } = await runCommand(['--help'])
    expect(exit).toBe(0)
    expect(out).toMatchSnapshot()
  })

  test.each([
    ['start'],
    ['backfill'],
    ['validate'],
    ['preview'],
    ['check'],
    ['trace'],
    ['dead-letters list'],
    ['dead-letters replay'],
    ['sandbox'],
  ])('%s shows its options and examples', async (name) => {
    const { exit, out } = await runCommand([...name.split(' '), '--help'])
    expect(exit).toBe(0)
    expect(out).toContain('Examples:')
    expect(out).toContain('--json')
    expect(out).toMatchSnapshot()
  })

  test('the sandbox has a port option for each of its servers', async () => {
    const { out } = await runCommand(['sandbox', '--help'])
    expect(out).toContain('--from-port <number>')
    expect(out).toContain('default 4020')
  })

  test('the version names the connector', async () => {
    expect(await runCommand(['--version'])).toEqual({ exit: 0, out: 'from-to 1.2.3\n', err: '' })
  })
})

describe('wrong usage exits with 2 and an error on stderr', () => {
  test.each([
    ['no command', [], 'Usage: connector'],
    ['an unknown command', ['strat'], "unknown command 'strat'"],
    ['a command of another tool', ['deploy'], "unknown command 'deploy'"],
    ['an unknown option', ['check', '--fast'], "unknown option '--fast'"],
    ['an extra operand', ['check', 'this'], 'too many arguments'],
    ['a missing operand', ['trace'], "missing required argument 'id'"],
    ['no file', ['preview', '--topic', 't'], 'a file, --record or --dead: one of them'],
    ['topic and stream', ['preview', 'x.json', '--topic', 't', '--stream', 's'], '--topic or --stream, not both'],
    ['a nonexistent file', ['preview', '--topic', 't', 'x.json'], 'file not found: x.json'],
    ['a bad date', ['backfill', '--since', 'yesterday'], 'must be a date such as 2026-01-31'],
    [
      'an empty window',
      ['backfill', '--since', '2026-02-02', '--until', '2026-02-01'],
      '--since must be before --until',
    ],
    ['an unknown metric', ['backfill', '--only', 'Rated Chatt'], 'did you mean "Rated Chat"?'],
    ['a metric without history', ['backfill', '--only', 'Read Chat'], '"Read Chat" has no history'],
    ['an empty list', ['backfill', '--only', ' , '], '--only names no metric'],
    ['a bad port', ['start', '--port', '99999'], 'must be a port from 0 to 65535'],
    ['a bad sandbox port', ['sandbox', '--to-port', 'x'], '--to-port must be a port'],
    ['replay of nothing', ['dead-letters', 'replay'], 'or --all'],
    ['replay of ids and all', ['dead-letters', 'replay', 'a', '--all'], 'one of them'],
    ['no id', ['trace', ' '], 'trace needs an id'],
  ])('%s', async (_, argv, message) => {
    const { exit, out, err } = await runCommand(argv)
    expect(err).toContain(message)
    expect(exit).toBe(2)
    expect(out).toBe('')
  })

  test('an unknown log level', async () => {
    const { exit, err } = await runCommand(['check'], { env: { ...CREDENTIALS, LOG_LEVEL: 'wran' } })
    expect(err).toContain('unknown LOG_LEVEL "wran"; did you mean "warn"?')
    expect(exit).toBe(2)
  })
})

describe('settings', () => {
  test.each([
    ['start', ['FROM_TOKEN', 'HOOK_SECRET', 'TO_KEY']],
    ['backfill', ['FROM_TOKEN', 'TO_KEY']],
    ['check', ['FROM_TOKEN', 'TO_KEY']],
  ])('%s lists the missing settings and where to find each', async (command, names) => {
    const { exit, err } = await runCommand([command], { env: {} })
    expect(exit).toBe(2)
    expect([...err.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)).toEqual(names)
    expect(err).toContain('From, Settings, Tokens.')
    expect(err).not.toContain('FROM_REGION')
  })

  test('start suggests the sandbox', async () => {
    const { err } = await runCommand(['start'], { env: { FROM_TOKEN: 'a', TO_KEY: 'b' } })
    expect(err).toContain('a setting is missing')
    expect(err).toContain('connector start --sandbox')
  })

  test('the environment overrides .env, empty values count as absent, values are trimmed', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'cli-'))
    await writeFile(join(cwd, '.env'), '\uFEFFA=file\n# a comment\nB="from file"\nC=file\nD=\n')
    const env = await readSettings({ cwd, env: { B: 'environment', C: '', E: ' secret\n' } })
    expect(env).toEqual({ A: 'file', B: 'environment', C: 'file', E: 'secret' })
  })

  test('.env may be missing', async () => {
    expect(await readSettings({ cwd: '/nowhere', env: { A: '1' } })).toEqual({ A: '1' })
  })

  test('.env.example lists every setting and no other', async () => {
    const text = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')
    const listed = [...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name)
    const known = [...settings, ...COMMON_SETTINGS].map(({ env }) => env)
    expect(listed.sort()).toEqual(known.sort())
  })

  test('.env.example contains no secret', async () => {
    const text = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')
    expect(text).not.toMatch(/^\w+_(TOKEN|SECRET|KEY)=./m)
  })
})

describe('a spec with errors', () => {
  const broken = { spec: async () => ({ spec: undefined, diagnostics: [], files: [], expressions: [] }) }

  test.each([['check'], ['backfill']])('%s exits with 3', async (command) => {
    const { exit, out, err } = await runCommand([command], { load: broken })
    expect(err).toContain('the spec is invalid; nothing was done')
    expect({ exit, out }).toEqual({ exit: 3, out: '' })
  })

  test('validate exits with 1', async () => {
    expect((await runCommand(['validate'], { load: broken })).exit).toBe(1)
  })
})

describe('check', () => {
  const results: CheckResult[] = [
    { name: 'from: token', ok: true, detail: 'workspace abc' },
    { name: 'to: scope events:write', ok: false, detail: 'add it to the key' },
  ]
  const check = (complete: boolean) => ({
    async *check() {
      yield* complete ? results.slice(0, 1) : results
    },
  })

  test('lists missing permissions and exits with 1', async () => {
    const { exit, out } = await runCommand(['check'], { connector: check(false) })
    expect(exit).toBe(1)
    expect(out).toMatchSnapshot()
  })

  test('exits with 0 if nothing is missing', async () => {
    expect((await runCommand(['check'], { connector: check(true) })).exit).toBe(0)
  })

  test('a warning is shown and exits with 0', async () => {
    const warning = { name: 'to: revision', ok: true, warning: true, detail: 'ends next year' }
    const { exit, out } = await runCommand(['check'], {
      connector: {
        async *check() {
          yield warning
        },
      },
    })
    expect([exit, out.trim()]).toEqual([0, expect.stringMatching(/^warning +to: revision +ends next year$/)])
  })

  test('prints JSON', async () => {
    const { out } = await runCommand(['check', '--json'], { connector: check(false) })
    expect(JSON.parse(out)).toEqual(results)
  })
})

describe('colour', () => {
  const check = {
    async *check() {
      yield { name: 'token', ok: true, detail: 'good' }
    },
  }
  const isColored = async (terminal: boolean, env: Record<string, string>) => {
    const { out } = await runCommand(['check'], { connector: check, terminal, env: { ...CREDENTIALS, ...env } })
    return out.includes('\u001b[')
  }

  test.each([
    ['on a terminal', true, {}, true],
    ['no terminal', false, {}, false],
    ['NO_COLOR on a terminal', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR on a terminal', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR without a terminal', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', true, { FORCE_COLOR: '0' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['NO_COLOR overrides FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('%s', async (_, terminal, env, expected) => {
    expect(await isColored(terminal, env)).toBe(expected)
  })

  test('help is coloured on a terminal only', async () => {
    expect((await runCommand(['--help'])).out).not.toContain('\u001b[')
    expect((await runCommand(['--help'], { terminal: true })).out).toContain('\u001b[1mUsage:')
  })
})

describe('errors', () => {
  test('an unexpected error is not quoted, since it may contain a record', async () => {
    const check = () => {
      throw new TypeError('cannot read ada@example.com')
    }
    const { exit, err } = await runCommand(['check'], { connector: { check } })
    expect(exit).toBe(1)
    expect(err).toContain('unexpected TypeError. This is a bug; please report it at https://bugs.example.com')
    expect(err).not.toContain('ada@')
  })

  test('a fault links to the reference of its code', async () => {
    const check = () => {
      throw new Fault('config', 'destination/key', 'the key is invalid')
    }
    const { exit, err } = await runCommand(['check'], { connector: { check } })
    expect(exit).toBe(1)
    const page = 'https://example.com/from-to/blob/main/docs/reference/faults.md'
    expect(err).toBe(`error: the key is invalid\nSee ${page}#destination-key\n`)
  })

  test('the connector is closed after an error', async () => {
    let closed = 0
    const check = () => {
      throw new Error('no')
    }
    await runCommand(['check'], { connector: { check, close: async () => void closed++ } })
    expect(closed).toBe(1)
  })

  test('an unknown store URL is wrong usage', async () => {
    const { loaders } = await import('../../../runtime/cli/loaders.ts')
    const options = { env: { ...CREDENTIALS, CONNECTOR_STORE: 'mysql://me:secret@db' }, load: { store: loaders.store } }
    const { exit, err } = await runCommand(['dead-letters', 'list'], options)
    expect(exit).toBe(2)
    expect(err).toContain('sqlite:PATH')
    expect(err).not.toContain('secret')
  })
})
