import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settings as shipped } from '../../../connector/cli-app.ts'
import { COMMON_SETTINGS, readSettings } from '../../../runtime/cli/settings.ts'
import type { CheckResult } from '../../../runtime/ports/check-result.ts'
import { CREDENTIALS, run } from '../../helpers/cli-fake.ts'

describe('help', () => {
  test('shows every command', async () => {
    const { exit, out } = await run(['--help'])
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
    const { exit, out } = await run([...name.split(' '), '--help'])
    expect(exit).toBe(0)
    expect(out).toContain('Examples:')
    expect(out).toContain('--json')
    expect(out).toMatchSnapshot()
  })

  test('the sandbox has a port option for each of its servers', async () => {
    const { out } = await run(['sandbox', '--help'])
    expect(out).toContain('--from-port <number>')
    expect(out).toContain('default 4020')
  })

  test('the version names the connector', async () => {
    expect(await run(['--version'])).toEqual({ exit: 0, out: 'from-to 1.2.3\n', err: '' })
  })
})

describe('wrong usage ends with 2 and says so on stderr', () => {
  test.each([
    ['no command', [], 'Usage: connector'],
    ['an unknown command', ['strat'], "unknown command 'strat'"],
    ['a command of later', ['conform'], "unknown command 'conform'"],
    ['another command of later', ['reconcile'], "unknown command 'reconcile'"],
    ['an unknown option', ['check', '--fast'], "unknown option '--fast'"],
    ['too much', ['check', 'this'], 'too many arguments'],
    ['a missing file', ['preview', '--topic', 't'], "missing required argument 'file'"],
    ['neither topic nor stream', ['preview', 'x.json'], 'either --topic or --stream'],
    ['topic and stream', ['preview', 'x.json', '--topic', 't', '--stream', 's'], 'either --topic or --stream'],
    ['a file that is not there', ['preview', '--topic', 't', 'x.json'], 'there is no file x.json'],
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
    ['replay of ids and all', ['dead-letters', 'replay', 'a', '--all'], 'but not both'],
    ['no id', ['trace', ' '], 'trace needs an id'],
  ])('%s', async (_, argv, message) => {
    const { exit, out, err } = await run(argv)
    expect(err).toContain(message)
    expect(exit).toBe(2)
    expect(out).toBe('')
  })

  test('an unknown log level', async () => {
    const { exit, err } = await run(['check'], { env: { ...CREDENTIALS, LOG_LEVEL: 'wran' } })
    expect(err).toContain('unknown LOG_LEVEL "wran"; did you mean "warn"?')
    expect(exit).toBe(2)
  })
})

describe('settings', () => {
  test.each([
    ['start', ['FROM_TOKEN', 'HOOK_SECRET', 'TO_KEY']],
    ['backfill', ['FROM_TOKEN', 'TO_KEY']],
    ['check', ['FROM_TOKEN', 'TO_KEY']],
  ])('%s without any says which are missing and how to get each', async (command, names) => {
    const { exit, err } = await run([command], { env: {} })
    expect(exit).toBe(2)
    expect([...err.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)).toEqual(names)
    expect(err).toContain('From, Settings, Tokens.')
    expect(err).not.toContain('FROM_REGION')
  })

  test('start says how to try it without them', async () => {
    const { err } = await run(['start'], { env: { FROM_TOKEN: 'a', TO_KEY: 'b' } })
    expect(err).toContain('A setting is missing')
    expect(err).toContain('connector start --sandbox')
  })

  test('the environment wins over .env, an empty value counts as none, ends are trimmed', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'cli-'))
    await writeFile(join(cwd, '.env'), '\uFEFFA=file\n# a comment\nB="from file"\nC=file\nD=\n')
    const env = await readSettings({ cwd, env: { B: 'environment', C: '', E: ' secret\n' } })
    expect(env).toEqual({ A: 'file', B: 'environment', C: 'file', E: 'secret' })
  })

  test('no .env is no trouble', async () => {
    expect(await readSettings({ cwd: '/nowhere', env: { A: '1' } })).toEqual({ A: '1' })
  })

  test('.env.example lists every setting there is, and no other', async () => {
    const text = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')
    const listed = [...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name)
    const known = [...shipped, ...COMMON_SETTINGS].map(({ env }) => env)
    expect(listed.sort()).toEqual(known.sort())
  })

  test('no secret in .env.example is filled in', async () => {
    const text = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')
    expect(text).not.toMatch(/^\w+_(TOKEN|SECRET|KEY)=./m)
  })
})

describe('a spec with errors', () => {
  const broken = { spec: async () => ({ spec: undefined, diagnostics: [], files: [], expressions: [] }) }

  test.each([['check'], ['backfill']])('ends %s with 3', async (command) => {
    const { exit, out, err } = await run([command], { load: broken })
    expect(err).toContain('the spec is invalid; nothing was done')
    expect({ exit, out }).toEqual({ exit: 3, out: '' })
  })

  test('ends validate with 1', async () => {
    expect((await run(['validate'], { load: broken })).exit).toBe(1)
  })
})

describe('check', () => {
  const results: CheckResult[] = [
    { name: 'from: token', ok: true, detail: 'workspace abc' },
    { name: 'to: scope events:write', ok: false, detail: 'add it to the key' },
  ]
  const check = (good: boolean) => ({
    async *check() {
      yield* good ? results.slice(0, 1) : results
    },
  })

  test('names what is missing and ends with 1', async () => {
    const { exit, out } = await run(['check'], { connector: check(false) })
    expect(exit).toBe(1)
    expect(out).toMatchSnapshot()
  })

  test('ends with 0 when all is well', async () => {
    expect((await run(['check'], { connector: check(true) })).exit).toBe(0)
  })

  test('as JSON', async () => {
    const { out } = await run(['check', '--json'], { connector: check(false) })
    expect(JSON.parse(out)).toEqual(results)
  })
})

describe('colour', () => {
  const check = {
    async *check() {
      yield { name: 'token', ok: true, detail: 'good' }
    },
  }
  const colored = async (terminal: boolean, env: Record<string, string>) => {
    const { out } = await run(['check'], { connector: check, terminal, env: { ...CREDENTIALS, ...env } })
    return out.includes('\u001b[')
  }

  test.each([
    ['on a terminal', true, {}, true],
    ['elsewhere', false, {}, false],
    ['NO_COLOR on a terminal', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR on a terminal', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR elsewhere', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', true, { FORCE_COLOR: '0' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['NO_COLOR beats FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('%s', async (_, terminal, env, expected) => {
    expect(await colored(terminal, env)).toBe(expected)
  })

  test('help has none where nobody looks', async () => {
    expect((await run(['--help'])).out).not.toContain('\u001b[')
    expect((await run(['--help'], { terminal: true })).out).toContain('\u001b[1mUsage:')
  })
})

describe('what goes wrong', () => {
  test('an unexpected error is not quoted, for it may hold a record', async () => {
    const check = () => {
      throw new TypeError('cannot read ada@example.com')
    }
    const { exit, err } = await run(['check'], { connector: { check } })
    expect(exit).toBe(1)
    expect(err).toContain('unexpected TypeError. This is a bug')
    expect(err).not.toContain('ada@')
  })

  test('a connector is closed even then', async () => {
    let closed = 0
    const check = () => {
      throw new Error('no')
    }
    await run(['check'], { connector: { check, close: async () => void closed++ } })
    expect(closed).toBe(1)
  })

  test('a store URL nobody knows is a setting to change', async () => {
    const { loaders } = await import('../../../runtime/cli/loaders.ts')
    const given = { env: { ...CREDENTIALS, CONNECTOR_STORE: 'mysql://me:secret@db' }, load: { store: loaders.store } }
    const { exit, err } = await run(['dead-letters', 'list'], given)
    expect(exit).toBe(2)
    expect(err).toContain('sqlite:PATH')
    expect(err).not.toContain('secret')
  })
})
