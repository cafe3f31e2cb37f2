/** A private PostgreSQL for tests: a cluster in a temporary folder, on a Unix socket alone, that ends with the test file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const MISSING =
  'these tests need the programs of PostgreSQL 13 or later (initdb, postgres): install them with `apt-get install postgresql` (Debian, Ubuntu) or `brew install postgresql`, or set POSTGRES_BIN to their folder'

export interface PostgresOptions {
  /** Whether a commit reaches the disk. Default: false, as nothing here has to survive the machine. */
  readonly fsync?: boolean
  readonly settings?: Readonly<Record<string, string | number>>
}

export interface PostgresServer {
  /** The folder of its socket, `.s.PGSQL.5432`. */
  readonly socketFolder: string
  /** `postgres://…` of a database; by default of one that is there from the beginning. */
  url(schema?: string): string
  /** `fast` ends all connections, `immediate` stops as a crash does. Resolves when it is down. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
  /** Stops it and removes its files. */
  remove(): Promise<void>
}

/** Throws an error that says what to install when PostgreSQL is missing. */
export async function startPostgres({ fsync = false, settings = {} }: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = findPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  // PostgreSQL refuses to run as root.
  const asUser = process.getuid?.() === 0 ? unprivileged(folder) : ['setpriv']
  const data = join(folder, 'data')
  const initdb = [join(bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--no-locale']
  run([...asUser, ...initdb, '-E', 'UTF8', '--no-instructions'])
  const options = { listen_addresses: '', fsync: fsync ? 'on' : 'off', ...settings }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    // A test process that is killed leaves no server behind.
    const command = [...asUser, '--pdeathsig', 'INT', join(bin, 'postgres'), '-D', data, '-k', folder, ...flags]
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
    server = child
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (text) => {
        log = `${log}${text}`.slice(-10_000)
        if (log.includes('ready to accept connections')) resolve()
      })
      child.once('exit', () => reject(new Error(`PostgreSQL ended:\n${log}`)))
    })
  }

  async function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = server
    server = undefined
    if (child === undefined || child.exitCode !== null) return
    const exit = once(child, 'exit')
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await exit
  }

  await start()
  return {
    socketFolder: folder,
    url: (schema) => `postgres://postgres@/postgres?host=${folder}${schema === undefined ? '' : `&schema=${schema}`}`,
    start,
    stop,
    async remove() {
      await stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Gives the folder to user nobody. Returns the command that runs a program as that user. */
function unprivileged(folder: string): string[] {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  const [uid, gid] = [id('-u'), id('-g')]
  chownSync(folder, uid, gid)
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
}

function findPrograms(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    process.env.POSTGRES_BIN ?? '',
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  const found = folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')))
  if (found === undefined) throw new Error(MISSING)
  return found
}

function run([command = '', ...args]: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
