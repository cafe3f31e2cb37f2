import { describe, expect, test } from 'vitest'
import type { BackfillOptions, BackfillProgress } from '../../../runtime/backfill/types.ts'
import { createReloadableConnector } from '../../../runtime/cli/reload/reloadable-connector.ts'
import type { Connector } from '../../../runtime/connector.ts'
import type { ConnectionStats } from '../../../runtime/http/connection-stats.ts'
import { untilAborted } from '../../../runtime/lib/abort.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { LoadedSpec } from '../../../runtime/spec/load.ts'
import { SourceFile } from '../../../runtime/spec/source-file.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, fakeConnector, spec as fakeSpec } from '../../helpers/cli-fake.ts'
import { startCommand } from '../../helpers/start-command.ts'

const store = memoryStore({ clock: createFrozenClock() })

/** A connector whose work and polls end some turns of the event loop after their signal aborts. */
function slowConnector(name: string, log: string[]): Connector {
  const run =
    (what: string): Connector['pollChanges'] =>
    async ({ signal }) => {
      log.push(`${name} ${what} begins`)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => setImmediate(resolve)))
      log.push(`${name} ${what} ended`)
    }
  const close = async () => void log.push(`${name} closed`)
  return fakeConnector(store, {
    work: run('work'),
    pollChanges: run('poll'),
    close,
    spec: { ...fakeSpec, name },
  })
}

describe('a replaced connector', () => {
  test('ends its work before the next begins, then it is closed', async () => {
    const log: string[] = []
    const { connector, replace } = createReloadableConnector(slowConnector('a', log))
    const stop = new AbortController()
    const working = Promise.all([
      connector.work({ signal: stop.signal }),
      connector.pollChanges({ signal: stop.signal }),
    ])
    await replace(slowConnector('b', log))
    for (const what of ['work', 'poll'])
      expect(log.filter((line) => line.includes(what))).toEqual([
        `a ${what} begins`,
        `a ${what} ended`,
        `b ${what} begins`,
      ])
    // What its workers have released could still be sent by the former, until it is closed.
    expect(log.findIndex((line) => line.startsWith('b '))).toBeGreaterThan(log.indexOf('a closed'))
    expect(connector.spec.name).toBe('b')
    stop.abort()
    await working
    expect(log.slice(-2)).toEqual(['b work ended', 'b poll ended'])
  })

  test('leaves to the next what each side last answered', async () => {
    const failing = { lastFailure: { at: 2, fault: { kind: 'transient', code: 'to/x', message: 'm' } } } as const
    const statsOf = (source: Partial<ConnectionStats>, destination: Partial<ConnectionStats>) => {
      const connectionStats = () => ({ source: { limits: [], ...source }, destination: { limits: [], ...destination } })
      return fakeConnector(store, { connectionStats })
    }
    const { connector, replace } = createReloadableConnector(statsOf({ lastSuccessAt: 1 }, failing))
    await replace(statsOf({}, {}))
    await replace(statsOf({}, {}))
    expect(connector.connectionStats()).toMatchObject({ source: { lastSuccessAt: 1 }, destination: failing })
    await replace(statsOf({ lastSuccessAt: 5 }, { lastSuccessAt: 6 }))
    const { source, destination } = connector.connectionStats()
    expect([source, destination]).toEqual([
      { limits: [], lastSuccessAt: 5 },
      { limits: [], lastSuccessAt: 6 },
    ])
  })

  test('a failure of its work is that of the caller', async () => {
    const failing = fakeConnector(store, { work: async () => Promise.reject(new Error('disk')) })
    const { connector } = createReloadableConnector(failing)
    await expect(connector.work({ signal: new AbortController().signal })).rejects.toThrow('disk')
  })
})

describe('an import of a replaced connector', () => {
  const progress = (phase: BackfillProgress['phase']) =>
    ({ phase, ...(phase === 'done' && { endedAt: 1 }) }) as BackfillProgress

  /** A connector whose import reports `reading` until it is interrupted, or until `end` is called. */
  function importing(name: string, log: string[], first: readonly BackfillProgress['phase'][] = ['reading']) {
    const done = new AbortController()
    async function* backfill({ signal, ...options }: BackfillOptions) {
      log.push(`${name} imports ${JSON.stringify(options)}`)
      for (const phase of first) yield progress(phase)
      await Promise.race([untilAborted(signal), untilAborted(done.signal)])
      if (!signal.aborted) yield progress('done')
      await new Promise<void>((resolve) => setImmediate(resolve))
      log.push(`${name} ${signal.aborted ? 'is interrupted' : 'is done'}`)
    }
    return { ...slowConnector(name, log), backfill, end: () => done.abort() }
  }

  const options = { restart: true, only: ['Opened'], since: 5, startedBy: 'console' }

  async function run(connector: Connector, signal: AbortSignal) {
    const phases: string[] = []
    for await (const { phase } of connector.backfill({ ...options, signal })) phases.push(phase)
    return phases
  }

  test('is resumed by the next connector, and the former is closed', async () => {
    const log: string[] = []
    const { connector, replace } = createReloadableConnector(importing('a', log))
    const running = run(connector, new AbortController().signal)
    await settled()
    const next = importing('b', log)
    await replace(next)
    next.end()
    expect(await running).toEqual(['reading', 'reading', 'done'])
    expect(log).toEqual([
      `a imports ${JSON.stringify(options)}`,
      'a is interrupted',
      'a closed',
      'b imports {}',
      'b is done',
    ])
  })

  test('begins with its options if the former had not begun it', async () => {
    const log: string[] = []
    const { connector, replace } = createReloadableConnector(importing('a', log, []))
    const running = run(connector, new AbortController().signal)
    await settled()
    const next = importing('b', log)
    await replace(next)
    next.end()
    await running
    expect(log.at(3)).toBe(`b imports ${JSON.stringify(options)}`)
  })

  test.each([
    ['has ended', ['reading', 'done'] as const, false],
    ['is paused', ['reading'] as const, true],
  ])('is not resumed once it %s', async (_, phases, pauses) => {
    const log: string[] = []
    const { connector, replace } = createReloadableConnector(importing('a', log, phases))
    const pause = new AbortController()
    const running = run(connector, pause.signal)
    await settled()
    if (pauses) pause.abort()
    await replace(importing('b', log))
    expect(await running).toEqual(phases)
    expect(log.join()).not.toContain('b imports')
  })
})

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

const OUTCOME = /the spec was reloaded|the edited spec is not running|the spec is unchanged/

/** `start` with a spec folder whose next state a test sets, and which is loaded on SIGHUP. */
async function startWithEdits(adoptSpec: Connector['adoptSpec'] = async () => undefined) {
  const specOf = (text: string): Spec => {
    const sourceFiles = [new SourceFile('mappings/opened.yaml', text)]
    const mappings = fakeSpec.mappings.map((mapping) => ({ ...mapping, file: 'mappings/opened.yaml' }))
    return { ...fakeSpec, mappings, disabledMappings: [], sourceFiles }
  }
  const loadedFrom = (text: string): LoadedSpec => {
    const spec = specOf(text)
    const [file] = spec.sourceFiles as [SourceFile]
    const diagnostic = {
      severity: 'error',
      file,
      span: [0, 3],
      code: 'expression/S0201',
      message: 'it ends too early',
      help: '',
    } as const
    const isBroken = text.includes('broken')
    return {
      spec: isBroken ? undefined : spec,
      files: [file],
      diagnostics: isBroken ? [diagnostic] : [],
      expressions: [],
    }
  }
  let text = 'Title: title'
  const hangUps: (() => void)[] = []
  let opened = 0
  const own = memoryStore({ clock: createFrozenClock() })
  const open = async ({ spec }: { readonly spec: Spec }) =>
    fakeConnector(own, { spec, ...(opened++ > 0 && { adoptSpec }) })
  let onErr: (line: string) => void = () => undefined
  const started = await startCommand({
    onErr: (line) => onErr(line),
    store: own,
    app: { open },
    load: { spec: async () => loadedFrom(text) },
    hangUps,
    env: { FROM_TOKEN: 'a', TO_KEY: 'b', HOOK_SECRET: 'c', CONNECTOR_METRICS_TOKEN: 'reader' },
  })
  const ready = async () => {
    const headers = { authorization: 'Bearer reader' }
    return (await fetch(new URL('/readyz', started.url), { headers })).text()
  }
  /** Resolves once the log tells what came of the edit. */
  const edit = async (next: string) => {
    text = next
    const told = new Promise<void>((resolve) => {
      onErr = (line) => OUTCOME.test(line) && resolve()
    })
    for (const listener of hangUps) listener()
    await told
  }
  return { ...started, ready, edit }
}

describe('SIGHUP', () => {
  test('runs an edited spec', async () => {
    const { edit, ready, stop, ended } = await startWithEdits()
    await edit('Title: subject')
    expect(await ready()).toBe('ready\n')
    stop()
    const { err, exit } = await ended
    expect(exit).toBe(0)
    expect(err).toContain('the spec was reloaded')
    expect(err).toContain('mappings/opened.yaml')
  })

  test('of a broken spec changes nothing, and says so in log, console and /readyz until it is mended', async () => {
    const { edit, ready, visit, stop, ended } = await startWithEdits()
    await edit('Title: broken(')
    expect(await ready()).toMatch(
      /^ready\ndegraded\nspec-not-running: The last edit of the mappings has errors and is not running\n.*mappings\/opened\.yaml:1:1.*it ends too early/s,
    )
    expect(await (await visit('/')).text()).toContain('The last edit of the mappings has errors and is not running')
    await edit('Title: title')
    expect(await ready()).toBe('ready\n')
    stop()
    const { err } = await ended
    expect(err).toContain('the edited spec is not running; the former one goes on')
    expect(err).toContain('the spec is unchanged')
  })

  test('of a spec that may not run changes nothing', async () => {
    const refusal = new Fault('config', 'spec/keys-changed', 'the spec has new keys')
    const { edit, ready, stop, ended } = await startWithEdits(async () => Promise.reject(refusal))
    await edit('Title: subject')
    expect(await ready()).toContain('the spec has new keys')
    stop()
    expect((await ended).exit).toBe(0)
  })
})
