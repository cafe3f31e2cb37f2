/** Times a reconciling pass, and the delivery of what it finds, over stores of ten thousand and of ten million keys. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { intercomToKlaviyo } from '../connector/index.ts'
import { loadConnectorSpec } from '../connector/spec.ts'
import type { Fetch } from '../runtime/ports/effects.ts'
import { openConnection } from '../runtime/store/sqlite/open-connection.ts'
import { sqliteStore } from '../runtime/store/sqlite/store.ts'
import { systemClock, systemRandom } from '../runtime/system.ts'
import { createIntercomSandbox } from '../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../sandbox/klaviyo/server.ts'
import { unlimitedSpec } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'

const SIZES = [10_000, 10_000_000]
/** Of each size, in turn: the first of all also compiles. */
const ROUNDS = 3
const DAY = 86_400_000

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-poll-'))
  try {
    const files = SIZES.map((keys) => ({ keys, file: join(folder, `${keys}.db`) }))
    for (const { keys, file } of files) await fill(file, keys)
    const specFolder = unlimitedSpec(folder)
    const rows = []
    for (let round = 0; round <= ROUNDS; round++)
      for (const { keys, file } of files) {
        const passes = await pollAndDeliver(file, specFolder)
        if (round > 0) rows.push({ keys, 'store MB': Math.round(statSync(file).size / 1e6), ...passes })
      }
    return [
      {
        title: 'A reconciling pass: once with finds, once with nothing new',
        rows: rows.sort((a, b) => a.keys - b.keys),
        notes: ['CPU of the process, which also runs both local servers'],
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function pollAndDeliver(file: string, specFolder: string) {
  const store = await sqliteStore(file, { clock: systemClock })
  const effects = { clock: systemClock, random: systemRandom }
  const [token, clientSecret, key] = ['bench-token', 'bench-secret', 'pk_bench']
  const history = { conversations: 2_000, tickets: 400, now: systemClock.now() - 5 * 60_000 }
  const unlimited = { limit: 1_000_000, per: 10_000 }
  const refuse: Fetch = async () => new Response(null, { status: 503 })
  const intercom = createIntercomSandbox({
    ...effects,
    ...history,
    token,
    clientSecret,
    fetch: refuse,
    limit: unlimited,
  })
  const klaviyo = createKlaviyoSandbox({ ...effects, key, keep: 1, limits: false })
  const connector = await intercomToKlaviyo({
    ...effects,
    store,
    secrets: { intercomAccessToken: token, intercomClientSecret: clientSecret, klaviyoApiKey: key },
    settings: { spec: await loadConnectorSpec(pathToFileURL(`${specFolder}/`)) },
    fetch: (request) => (request.url.includes('klaviyo') ? klaviyo.fetch(request) : intercom.fetch(request)),
  })
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  const poll = async () => {
    const cpu = process.cpuUsage()
    const pass = await connector.reconcile({ signal: stop.signal, since: systemClock.now() - 60 * DAY })
    while ((await store.backlog('backfill')).records > 0) await systemClock.sleep(20)
    const { user, system } = process.cpuUsage(cpu)
    const sum = (name: 'read' | 'added') => (pass?.streams ?? []).reduce((all, stream) => all + stream[name], 0)
    return { read: sum('read'), added: sum('added'), cpu: (user + system) / 1000 }
  }
  const found = await poll()
  const nothingNew = await poll()
  stop.abort()
  await working
  await connector.close()
  await store.close()
  return { read: found.read, found: found.added, 'CPU ms': found.cpu, 'nothing new, CPU ms': nothingNew.cpu }
}

/** Writes delivered keys, and a tenth as many settled records with what belongs to them, as settling does. */
async function fill(file: string, keys: number): Promise<void> {
  await (await sqliteStore(file, { clock: systemClock })).close()
  const db = await openConnection(file, systemClock)
  const at = Date.now() - 90 * DAY
  const numbers = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  const records = keys / 10
  db.exec(`BEGIN;
    INSERT INTO delivered_keys (tenant, key, delivered_at, seq)
      ${numbers(keys)} SELECT 0, printf('w1:bench:%010d', i), ${at}, i FROM n;
    INSERT INTO records (tenant, id, ingress, lane, stream, resource, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, settled_at, outcome)
      ${numbers(records)} SELECT 0, printf('r:%010d', i), 'backfill', 'backfill', 'conversations', 'conversation', 'w1',
        printf('w1:%010d', i), '[]', ${at}, 'r', 'delivered', 1, ${at}, '{"status":"delivered","events":[]}' FROM n;
    INSERT INTO event_kinds (number, tenant, metric, status, reason, scope, topic)
      VALUES (1, 0, 'Created Conversation', 'delivered', '', 'r', '');
    INSERT INTO events (seq, event_index, kind, happened_at, settled_at)
      ${numbers(records)} SELECT i, 0, 1, ${at}, ${at} FROM n;
    INSERT INTO lookup_ids (tenant, lookup_id, seq) ${numbers(records)} SELECT 0, printf('c%010d', i), i FROM n;
    INSERT INTO contacts (tenant, contact, updated_at, address, profile_id)
      ${numbers(records)} SELECT 0, printf('c%010d', i), ${at}, printf('%010x', i), printf('P%010d', i) FROM n;
    COMMIT;`)
  db.close()
}
