/** Runs `start` on a free port and stops it after the test. */
import { afterEach } from 'vitest'
import type { Store } from '../../runtime/ports/store.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { createFrozenClock, type FakeSetup, runCommand } from './cli-fake.ts'
import { signInBy } from './signed-in.ts'

const running: AbortController[] = []
afterEach(() => {
  for (const controller of running.splice(0)) controller.abort()
})

/** The `--json` output of `start`. */
interface Addresses {
  readonly url: string
  readonly webhook: string
  /** The link of a console without a password. */
  readonly signIn?: string
  readonly sandbox?: Record<string, string>
}

export interface StartedCommand extends Addresses {
  readonly store: Store
  /** Requests a page of the console, signed in. */
  visit(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  stop(): void
  /** The result of the command, after `stop`. */
  readonly ended: ReturnType<typeof runCommand>
}

export async function startCommand(setup: FakeSetup = {}, ...flags: string[]): Promise<StartedCommand> {
  const controller = new AbortController()
  running.push(controller)
  const store = setup.store ?? memoryStore({ clock: createFrozenClock() })
  let onOut: (text: string) => void = () => undefined
  const output = new Promise<string>((resolve) => {
    onOut = resolve
  })
  const argv = ['start', '--port', '0', '--json', ...flags]
  const ended = runCommand(argv, { store, signal: controller.signal, onOut, ...setup })
  const failed = ended.then(({ err }) => Promise.reject(new Error(`start failed: ${err}`)))
  const addresses = JSON.parse(await Promise.race([output, failed])) as Addresses
  let cookie: Promise<string> | undefined
  const visit: StartedCommand['visit'] = async (path, headers) => {
    cookie ??= signInBy(addresses.signIn ?? '', fetch)
    const [session = ''] = (await cookie).split(';')
    return fetch(new URL(path, addresses.url), { headers: { accept: 'text/html', cookie: session, ...headers } })
  }
  return { ...addresses, store, visit, stop: () => controller.abort(), ended }
}
