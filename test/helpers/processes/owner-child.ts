/** A process that opens a store file, leases what is due, prints it with its own pid, and holds it until it is killed. */
import { writeSync } from 'node:fs'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'

const [path = ''] = process.argv.slice(2)
const store = await sqliteStore(path, { clock: systemClock })
const request = { lane: 'live', limit: 100, leaseMs: 3_600_000 } as const
const leased = [...(await store.lease(request)), ...(await store.lease({ ...request, cutOff: 'once' }))]
writeSync(1, `${JSON.stringify({ pid: process.pid, leased: leased.map(({ id }) => id) })}\n`)
setInterval(() => undefined, 1_000_000)
