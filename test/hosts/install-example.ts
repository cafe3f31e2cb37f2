/** An example of a host as its page says: a folder of its own, with the packed package and the platform from the registry. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const call = promisify(execFile)

/**
 * Resolves to the folder. What was installed there before stays, except for this package. `flags` are those of `npm install`.
 */
export async function installExample(name: string, flags: readonly string[] = []): Promise<string> {
  // Outside the checkout, so that nothing of it is found by accident.
  const folder = join(tmpdir(), 'connector-hosts', basename(root), name)
  mkdirSync(folder, { recursive: true })
  for (const entry of readdirSync(folder)) {
    if (entry !== 'node_modules') rmSync(join(folder, entry), { recursive: true, force: true })
  }
  rmSync(join(folder, 'node_modules/intercom-to-klaviyo'), { recursive: true, force: true })
  cpSync(join(root, 'examples', name), folder, { recursive: true })
  const path = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  manifest.dependencies['intercom-to-klaviyo'] = `file:${inject('tarball')}`
  writeFileSync(path, JSON.stringify(manifest))
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', '--prefer-offline', ...flags]
  await call('npm', ['install', ...options], { cwd: folder })
  return folder
}
