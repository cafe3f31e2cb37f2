/** The package as npm packs it, installed outside the checkout with nothing beside it but its dependencies, and its peers. */
import { type ExecFileOptions, execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { waitUntil } from './processes.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const call = promisify(execFile)

export interface InstalledPackage {
  /** A user's folder, with `node_modules`. */
  readonly app: string
  /** The package in it. */
  readonly folder: string
  /** Its bin. */
  readonly bin: string
  /** Removes the optional peers, which npm does not install by itself. */
  removePeers(): void
  /** Runs a program in `app` without inherited settings. Rejects unless it exits with 0. */
  run(file: string, args: readonly string[], options?: ExecFileOptions): ReturnType<typeof call>
  remove(): void
}

/** `runFolder`: of this run of the tests, see `test/run-folder.ts`. */
export async function installPackage(runFolder: string): Promise<InstalledPackage> {
  const temporary = mkdtempSync(join(tmpdir(), 'package-'))
  const app = join(temporary, 'app')
  const folder = join(app, 'node_modules/intercom-to-klaviyo')
  const run: InstalledPackage['run'] = (file, args, options = {}) =>
    call(file, args, { cwd: app, env: { PATH: process.env.PATH }, encoding: 'utf8', ...options })
  await install(await packOnce(runFolder), folder)
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  const removePeers = () => {
    for (const name of peersOf(folder)) rmSync(join(app, 'node_modules', name), { force: true })
  }
  return { app, folder, bin: join(app, 'node_modules/.bin/connector'), run, remove, removePeers }
}

/** Packs for the first test file that calls it; others wait for its tarball. */
async function packOnce(runFolder: string): Promise<string> {
  const folder = join(runFolder, 'package')
  const result = join(runFolder, 'package.txt')
  if (mkdirSync(folder, { recursive: true }) === undefined) {
    await waitUntil('another test file has packed the package', () => existsSync(result), 300_000)
    return readFileSync(result, 'utf8')
  }
  const tarball = await pack(folder)
  writeFileSync(`${result}.new`, tarball)
  renameSync(`${result}.new`, result)
  return tarball
}

/** Packs a copy of the checkout, so that no other build, old or running, gets into it. */
export async function pack(temporary: string): Promise<string> {
  const source = join(temporary, 'source')
  const excluded = ['.git', 'node_modules', 'dist', '.connector', '.source']
  cpSync(root, source, { recursive: true, filter: (path) => !excluded.includes(basename(path)) })
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'))
  await call('npm', ['pack', '--silent', '--offline', '--pack-destination', temporary], { cwd: source })
  return join(temporary, readdirSync(temporary).find((name) => name.endsWith('.tgz')) ?? 'nothing was packed')
}

/** Installs as npm does but offline: unpacks, links the dependencies and the bin. */
async function install(tarball: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await call('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  const { dependencies, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const packages = [...Object.keys(dependencies), ...peersOf(folder)]
  const link = (target: string, name: string) => {
    mkdirSync(dirname(join(folder, '..', name)), { recursive: true })
    symlinkSync(target, join(folder, '..', name))
  }
  for (const name of packages) link(join(root, 'node_modules', name), name)
  for (const [name, path] of Object.entries<string>(bin)) {
    chmodSync(join(folder, path), 0o755)
    link(join(folder, path), `.bin/${name}`)
  }
}

const peersOf = (folder: string): readonly string[] =>
  Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).peerDependencies)
