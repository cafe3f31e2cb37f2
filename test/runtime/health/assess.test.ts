/** What each situation is called, what it does to events, and what ends it. */
import { describe, expect, test } from 'vitest'
import { findProblems, worstState } from '../../../runtime/health/assess.ts'
import type { HealthFacts } from '../../../runtime/health/types.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-03-01T12:00:00Z')

const calm: HealthFacts = {
  now: NOW,
  source: 'From',
  destination: 'To',
  setup: { step: 'done' },
  acceptsWebhooks: true,
  webhooks: { lastVerified: { at: NOW - 1_000, topic: 'chat.opened' } },
  firstWebhookAt: NOW - 29 * 24 * HOUR,
  readySince: NOW - 30 * 24 * HOUR,
  connections: { source: { limits: [], lastSuccessAt: NOW }, destination: { limits: [], lastSuccessAt: NOW } },
  live: { records: 0 },
  dead: 0,
  importIsRunning: false,
  reconcile: { every: HOUR, last: pass({ endedAt: NOW - HOUR }), findsAt: [] },
  unrecoverable: ['Read Chat'],
  liveWindow: 24 * HOUR,
  deletionsWait: false,
  sunsets: [],
  credentialEnds: [],
}

function pass({ endedAt = NOW, missing = 0 }) {
  const stream = { stream: 'chats', read: 5, added: 1, ...(missing > 0 && { missing }) }
  return { startedAt: endedAt - 1, endedAt, since: 0, until: endedAt, streams: [stream] }
}

const end = (cause: 'disuse' | 'expiry', after: number) =>
  ({ side: 'destination', cause, at: NOW + after, renewedAt: NOW - 30 * 24 * HOUR }) as const

const failure = (kind: 'config' | 'transient', message: string) => ({
  limits: [],
  lastSuccessAt: NOW - HOUR,
  lastFailure: { at: NOW, fault: { kind, code: 'to/failed', message } },
})

interface Row {
  readonly what: string
  readonly facts: Partial<HealthFacts>
  /** `code effect`, worst first. */
  readonly problems: readonly string[]
  /** Words of the worst one. */
  readonly says?: readonly string[]
}

const scopeMissing = { kind: 'config', code: 'to/forbidden', message: 'the key lacks events:write' } as const

const ROWS: readonly Row[] = [
  { what: 'all is well', facts: {}, problems: [] },
  {
    what: 'disconnected: webhooks are answered with 503',
    facts: {
      setup: { step: 'review', disconnectedAt: NOW - HOUR },
      acceptsWebhooks: false,
      pausedReason: 'both accounts are disconnected',
    },
    problems: ['disconnected lost'],
    says: ['disconnected', '503', 'not Read Chat'],
  },
  {
    what: 'disconnected: what the sides answered before says nothing any more',
    facts: {
      setup: { step: 'review', disconnectedAt: NOW - HOUR },
      pausedReason: 'both accounts are disconnected',
      stuck: { fault: { ...scopeMissing, code: 'from/unauthorized' }, since: NOW - HOUR },
      connections: { source: failure('config', 'x'), destination: failure('transient', 'y') },
    },
    problems: ['disconnected kept'],
  },
  {
    what: 'connected again: what the source answers counts, the former refusal of events does not',
    facts: {
      setup: { step: 'confirm' },
      pausedReason: 'setup is not finished',
      stuck: { fault: scopeMissing, since: NOW - HOUR },
      connections: { ...calm.connections, source: failure('config', 'x') },
    },
    problems: ['setup-incomplete kept', 'source-refused late'],
  },
  {
    what: 'before setup has ended',
    facts: { setup: { step: 'source' }, acceptsWebhooks: false, pausedReason: 'setup is not finished' },
    problems: ['setup-incomplete lost'],
    says: ['Setup is not finished', '503'],
  },
  {
    what: 'before the first connection nothing can be lost',
    facts: {
      setup: { step: 'source' },
      acceptsWebhooks: false,
      pausedReason: 'setup is not finished',
      readySince: undefined,
      firstWebhookAt: undefined,
    },
    problems: ['setup-incomplete none'],
    says: ['no webhook has arrived'],
  },
  {
    what: 'before delivery is confirmed webhooks are kept',
    facts: { setup: { step: 'confirm' }, pausedReason: 'setup is not finished' },
    problems: ['setup-incomplete kept'],
  },
  {
    what: 'no client secret',
    facts: { acceptsWebhooks: false },
    problems: ['webhooks-refused lost'],
    says: ['signing secret', '503'],
  },
  {
    what: 'no client secret, and no reconciling',
    facts: { acceptsWebhooks: false, reconcile: { findsAt: [] } },
    problems: ['webhooks-refused lost'],
    says: ['the check for missed webhooks is off'],
  },
  {
    what: 'every event is refused for a missing scope, while other requests succeed',
    facts: { stuck: { fault: scopeMissing, since: NOW - 2 * HOUR }, live: { records: 7, oldest: NOW - 2 * HOUR } },
    problems: ['events-refused kept'],
    says: ['To refuses events', 'events:write', '7 live records wait', '2026-03-02 10:00'],
  },
  {
    what: 'events wait for what the source refuses',
    facts: {
      stuck: { fault: { ...scopeMissing, code: 'from/unauthorized', message: 'From answered 401' }, since: NOW },
    },
    problems: ['events-refused kept'],
    says: ['From refuses what events need from it: From answered 401'],
  },
  {
    what: 'events wait for a setting',
    facts: { stuck: { fault: { ...scopeMissing, code: 'mapping/no-catalog', message: 'no catalog' }, since: NOW } },
    problems: ['events-refused kept'],
    says: ['A setting holds events back: no catalog'],
  },
  {
    what: 'every event is refused, and no record tells yet',
    facts: { connections: { ...calm.connections, destination: failure('config', 'the key was revoked') } },
    problems: ['events-refused kept'],
    says: ['the key was revoked'],
  },
  {
    what: 'the credentials have lapsed',
    facts: { pausedReason: 'To no longer accepts the connection: connect it again' },
    problems: ['credentials-rejected kept'],
    says: ['connect it again'],
  },
  {
    what: 'the destination does not answer',
    facts: { connections: { ...calm.connections, destination: failure('transient', 'it answers 503') } },
    problems: ['destination-unreachable late'],
  },
  {
    what: 'the source does not answer',
    facts: { connections: { ...calm.connections, source: failure('transient', 'it answers 503') } },
    problems: ['source-unreachable late'],
  },
  {
    what: 'the source refuses requests',
    facts: { connections: { ...calm.connections, source: failure('config', 'the permission is missing') } },
    problems: ['source-refused late'],
  },
  {
    what: 'live events have waited for a day',
    facts: { live: { records: 3, oldest: NOW - 25 * HOUR } },
    problems: ['live-too-late-for-flows late'],
    says: ['1 d', 'start no flow'],
  },
  {
    what: 'nothing moves, whatever the delay of the last events was',
    facts: { live: { records: 3, oldest: NOW - HOUR } },
    problems: ['live-delayed late'],
    says: ['3 live records waiting', '1 h'],
  },
  { what: 'a queue of a minute', facts: { live: { records: 9, oldest: NOW - 60_000 } }, problems: [] },
  {
    what: 'stopped and too late for flows: both are said, the delay is not',
    facts: { pausedReason: 'the key was revoked', live: { records: 3, oldest: NOW - 25 * HOUR } },
    problems: ['credentials-rejected kept', 'live-too-late-for-flows late'],
    says: ['some too old to start a flow'],
  },
  {
    what: 'a rejected webhook after the last genuine one',
    facts: { webhooks: { lastRejected: { at: NOW - 1_000, reason: 'the signature is wrong' } } },
    problems: ['webhooks-rejected lost'],
  },
  {
    what: 'a rejected webhook before the last genuine one',
    facts: { webhooks: { lastRejected: { at: NOW - 2, reason: 'x' }, lastVerified: { at: NOW - 1, topic: 't' } } },
    problems: [],
  },
  {
    what: 'webhooks at a wrong path',
    facts: { webhooks: { misdirected: { count: 2, at: NOW, path: '/hooks' } } },
    problems: ['webhooks-misdirected lost'],
    says: ['2 webhooks', '/hooks'],
  },
  {
    what: 'many events without a webhook',
    facts: { reconcile: { ...calm.reconcile, findsAt: [1, 2, 3, 4, 5].map((hours) => NOW - hours * HOUR) } },
    problems: ['webhooks-missed late'],
  },
  {
    what: 'a few events without a webhook',
    facts: { reconcile: { ...calm.reconcile, findsAt: [NOW, NOW - 30 * HOUR, NOW - 31 * HOUR, 3, 2] } },
    problems: [],
  },
  {
    what: 'no webhook for three times the longest usual time',
    facts: { activity: { topics: {}, last: NOW - 31 * HOUR, gaps: { a: 10 * HOUR, b: 60_000, c: HOUR } } },
    problems: ['webhooks-silent late'],
    says: ['1 d 7 h', '10 h'],
  },
  {
    what: 'no webhook over a night',
    facts: { activity: { topics: {}, last: NOW - 29 * HOUR, gaps: { a: 10 * HOUR, b: 60_000, c: HOUR } } },
    problems: [],
  },
  {
    what: 'no webhook for long, of too few known days',
    facts: { activity: { topics: {}, last: NOW - 99 * HOUR, gaps: { a: HOUR, b: HOUR } } },
    problems: [],
  },
  {
    what: 'an API revision that ends in a month',
    facts: { sunsets: [{ what: 'revision 1 of the API', at: NOW + 30 * 24 * HOUR, action: 'Update' }] },
    problems: ['sunset-near none'],
    says: ['2026-03-31'],
  },
  {
    what: 'an API revision that ends in a year',
    facts: { sunsets: [{ what: 'revision 1 of the API', at: NOW + 365 * 24 * HOUR, action: 'Update' }] },
    problems: [],
  },
  {
    what: 'a connection that was not used for long, a week before it ends',
    facts: { credentialEnds: [end('disuse', 6 * 24 * HOUR)] },
    problems: ['credential-ending none'],
    says: ['To ends at 2026-03-07 12:00:00Z', 'unused since 2026-01-30 12:00:00Z', 'events wait'],
  },
  {
    what: 'a token that cannot be renewed, a week before it ends',
    facts: { credentialEnds: [end('disuse', 6 * 24 * HOUR), end('expiry', HOUR)] },
    problems: ['credential-ending none'],
    says: ['To ends at 2026-03-01 13:00:00Z', 'cannot be renewed'],
  },
  { what: 'more than a week', facts: { credentialEnds: [end('disuse', 8 * 24 * HOUR)] }, problems: [] },
  {
    what: 'one that is deleted by now',
    facts: { credentialEnds: [end('disuse', HOUR)], setup: { step: 'destination' } },
    problems: ['setup-incomplete kept'],
  },
  { what: 'no webhook ever', facts: { firstWebhookAt: undefined }, problems: ['no-webhook-yet late'] },
  {
    what: 'no public address, from the first minute',
    facts: { firstWebhookAt: undefined, readySince: NOW - 60_000, addressProblem: 'unknown' },
    problems: ['no-public-address late'],
    says: ['no public address is known', 'all metrics but Read Chat, every 1 h'],
  },
  {
    what: 'a local address, and no reconciling',
    facts: { firstWebhookAt: undefined, addressProblem: 'local', reconcile: { findsAt: [] } },
    problems: ['no-public-address lost'],
    says: ['this machine', 'is off'],
  },
  { what: 'no public address, but webhooks have come', facts: { addressProblem: 'unknown' }, problems: [] },
  {
    what: 'no public address, and setup has not ended',
    facts: {
      ...{ setup: { step: 'confirm' }, pausedReason: 'setup is not finished', addressProblem: 'unknown' },
      ...{ readySince: undefined, firstWebhookAt: undefined },
    },
    problems: ['setup-incomplete none'],
  },
  { what: 'no webhook yet', facts: { firstWebhookAt: undefined, readySince: NOW - 60_000 }, problems: [] },
  { what: 'failed events', facts: { dead: 4 }, problems: ['events-failed kept'], says: ['4 records'] },
  {
    what: 'an import that ended short',
    facts: { lastImport: { phase: 'incomplete' } },
    problems: ['import-incomplete late'],
  },
  { what: 'an import that stopped', facts: { importError: 'the disk is full' }, problems: ['import-failed kept'] },
  { what: 'an import that goes on', facts: { importError: 'x', importIsRunning: true }, problems: [] },
  {
    what: 'an overdue check',
    facts: { reconcile: { every: HOUR, last: pass({ endedAt: NOW - 4 * HOUR }), findsAt: [] } },
    problems: ['reconcile-overdue late'],
  },
  {
    what: 'a check that was given too few',
    facts: { reconcile: { every: HOUR, last: pass({ missing: 3 }), findsAt: [] } },
    problems: ['reconcile-incomplete late'],
    says: ['chats'],
  },
  { what: 'an edit with errors', facts: { specProblem: 'a.yaml:1:1: error' }, problems: ['spec-not-running none'] },
  { what: 'deletions to confirm', facts: { deletionsWait: true }, problems: ['deletions-unconfirmed kept'] },
].map((row) => ({ ...row, facts: row.facts as Partial<HealthFacts> }))

describe('problems', () => {
  test.each(ROWS)('$what', ({ facts, problems, says = [] }) => {
    const found = findProblems({ ...calm, ...facts })
    expect(found.map(({ code, effect }) => `${code} ${effect}`)).toEqual(problems)
    const [worst] = found
    for (const words of says) expect(`${worst?.title}. ${worst?.consequence}`).toContain(words)
    for (const { title, consequence } of found) expect(`${title}${consequence}`).not.toMatch(/\.$|undefined|NaN/)
  })

  test('the state of the whole is that of the worst', () => {
    expect(worstState([])).toBe('healthy')
    expect(worstState([{ state: 'degraded' }])).toBe('degraded')
    expect(worstState([{ state: 'degraded' }, { state: 'stopped' }])).toBe('stopped')
  })
})
