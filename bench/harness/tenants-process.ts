/** The measured process of the benchmark `tenants`: takes in webhooks over few and many tenants, or keeps tenants idle. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { preloadFunctions } from '../../connector/functions/index.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { sqliteStores } from '../../runtime/store/sqlite/store.ts'
import { silentLogger, systemClock } from '../../runtime/system.ts'
import { temporaryFolder } from './processes.ts'
import { createTenants, signedNotification } from './tenant-connectors.ts'

const IN_FLIGHT = 64
const ROUNDS = 8
const ROUND_MS = 2_000
const IDLE_MS = 30_000
/** A thousand starts at once would need more memory than a thousand tenants. */
const STARTED_AT_ONCE = 50

const [task, count = '100'] = process.argv.slice(2)
const folder = temporaryFolder()
const spec = await loadConnectorSpec()
await preloadFunctions(silentLogger)
const result = task === 'intake' ? await takeIn(spec, Number(count)) : await keepIdle(spec, Number(count))
process.stdout.write(`${JSON.stringify(result)}\n`)
folder.remove()
process.exit(0)

/** Webhooks per second over one tenant and over many, in turn, into one file, and their processor time. Medians of the rounds. */
async function takeIn(spec: Spec, tenants: number) {
  const stores = await sqliteStores(join(folder.path, 'store.db'), { clock: systemClock })
  const connectors = createTenants(spec, stores, tenants)
  let n = 0
  const round = async (among: number) => {
    const [from, until] = [performance.now(), performance.now() + ROUND_MS]
    const before = process.cpuUsage()
    const [first, written] = [n, writtenBytes()]
    const send = async () => {
      while (performance.now() < until) {
        const tenant = n % among
        const response = await connectors[tenant]?.receive(signedNotification(tenant, n++))
        if (response?.status !== 200) throw new Error(`a webhook was answered ${response?.status}`)
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, send))
    const { user, system } = process.cpuUsage(before)
    const seconds = (performance.now() - from) / 1000
    const count = n - first
    return { rate: count / seconds, cpu: (user + system) / count, kB: (writtenBytes() - written) / 1000 / count }
  }
  const rounds: Round[] = []
  await round(1)
  await round(tenants)
  for (let i = 0; i < ROUNDS; i++) {
    // The first of two has the processor caches and the log of the file as the second of the last two left them.
    const isOneFirst = i % 2 === 0
    const first = await round(isOneFirst ? 1 : tenants)
    const second = await round(isOneFirst ? tenants : 1)
    rounds.push(isOneFirst ? { one: first, many: second } : { one: second, many: first })
  }
  await stores.close()
  const medianOf = (value: (each: Round) => number) => median(rounds.map(value))
  return {
    one: medianOf(({ one }) => one.rate),
    many: medianOf(({ many }) => many.rate),
    share: medianOf(({ one, many }) => many.rate / one.rate),
    oneCpu: medianOf(({ one }) => one.cpu),
    manyCpu: medianOf(({ many }) => many.cpu),
    oneKb: medianOf(({ one }) => one.kB),
    manyKb: medianOf(({ many }) => many.kB),
  }
}

interface Round {
  readonly one: Intake
  readonly many: Intake
}

interface Intake {
  readonly rate: number
  /** Of this process for each webhook, µs. */
  readonly cpu: number
  /** Written to files for each webhook. */
  readonly kB: number
}

/** By this process, to files and terminals. Linux alone counts them. */
function writtenBytes(): number {
  try {
    return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
  } catch {
    return Number.NaN
  }
}

/** Connectors at work that have nothing to do: what they cost. */
async function keepIdle(spec: Spec, tenants: number) {
  const stores = await sqliteStores(join(folder.path, 'store.db'), { clock: systemClock })
  const stop = new AbortController()
  const from = performance.now()
  const connectors = createTenants(spec, stores, tenants)
  const working: Promise<void>[] = []
  for (let first = 0; first < tenants; first += STARTED_AT_ONCE) {
    const batch = connectors.slice(first, first + STARTED_AT_ONCE)
    await Promise.all(batch.map((connector) => connector.adoptSpec()))
    working.push(...batch.map((connector) => connector.work({ signal: stop.signal })))
  }
  await Promise.race([Promise.all(working), untilQuiet()])
  const started = (performance.now() - from) / 1000
  const before = process.cpuUsage()
  await systemClock.sleep(IDLE_MS)
  const { user, system } = process.cpuUsage(before)
  // An idle tenant still wakes at once.
  const last = tenants - 1
  await connectors[last]?.receive(signedNotification(last, 1))
  const store = stores.of(`tenant-${last}`)
  while ((await store.trace('notif_1'))[0]?.attempt !== 1) await systemClock.sleep(20)
  return {
    core: (user + system) / 1000 / IDLE_MS,
    rss: process.memoryUsage().rss / 1024 / 1024,
    descriptors: openFiles(folder.path),
    started,
  }
}

/** Until the connectors have started: they read their accounts and write their spec. */
async function untilQuiet(): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    const before = process.cpuUsage()
    await systemClock.sleep(1_000)
    const { user, system } = process.cpuUsage(before)
    quiet = user + system < 30_000 ? quiet + 1 : 0
  }
}

/** Of this process, within the folder. */
function openFiles(path: string): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return links.filter((link) => link.startsWith(path)).length
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
