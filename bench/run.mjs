/** `npm run bench`: installs missing dependencies, compiles everything as the package is, runs it from the root. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'

// Not with tsx, which keeps function names by a call per created function; that takes longer than most of them.
const out = '.bench/bench'

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['inherit', 2, 'inherit'] })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync('bench/node_modules')) run('npm', 'ci', '--prefix', 'bench', '--no-audit', '--no-fund')
rmSync('.bench', { recursive: true, force: true })
run('npx', 'tsc', '-p', 'bench/tsconfig.json')
mkdirSync(out, { recursive: true })
symlinkSync('../../bench/node_modules', `${out}/node_modules`)

const { status } = spawnSync(process.execPath, [`${out}/main.js`, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
