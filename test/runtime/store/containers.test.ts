/** Two containers on one store file, each with a process of the same pid: neither takes the other for dead. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'

const folder = mkdtempSync(join(tmpdir(), 'containers-'))
const script = fileURLToPath(new URL('../../helpers/processes/owner-child.ts', import.meta.url))
const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

// A pid namespace of its own is what a container gives a process; root needs no user namespace for it.
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])]
const ownNamespace = [...unshare, '--pid', '--fork', '--kill-child', '--mount-proc']
const hasNamespaces = spawnSync(ownNamespace[0] ?? '', [...ownNamespace.slice(1), 'true']).status === 0

interface Started {
  readonly pid: number
  readonly leased: readonly string[]
  kill(): Promise<void>
}

/** Starts a process that leases what is due and holds it. */
async function start(path: string, prefix: readonly string[] = []): Promise<Started> {
  const [command = '', ...args] = [...prefix, process.execPath, '--import', 'tsx', script, path]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const printed = JSON.parse(line) as Pick<Started, 'pid' | 'leased'>
  return {
    ...printed,
    async kill() {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

async function newStore(name: string): Promise<string> {
  const path = join(folder, name)
  const store = await sqliteStore(path, { clock: systemClock })
  await store.append([record('a'), record('b', { orderingKey: 'b' })])
  await store.close()
  return path
}

test.skipIf(!hasNamespaces && !process.env.CI)(
  'in two pid namespaces, a process keeps its leases',
  async () => {
    const path = await newStore('containers.db')
    const first = await start(path, ownNamespace)
    const second = await start(path, ownNamespace)
    expect([first.pid, second.pid]).toEqual([1, 1])
    expect([first.leased, second.leased]).toEqual([['a', 'b'], []])
    // Seen from the machine itself its pid is alive or not by chance: nothing is judged by it.
    expect((await start(path)).leased).toEqual([])
    await first.kill()
    expect((await start(path, ownNamespace)).leased, 'its leases end by expiry').toEqual([])
  },
  30_000,
)

test('in one namespace, the leases of a killed process are free at once', async () => {
  const path = await newStore('machine.db')
  const first = await start(path)
  expect((await start(path)).leased).toEqual([])
  await first.kill()
  expect((await start(path)).leased).toEqual(['a', 'b'])
}, 30_000)
