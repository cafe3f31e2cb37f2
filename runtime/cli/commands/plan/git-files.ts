/** The files of a spec as they are in a commit. */
import { execFile } from 'node:child_process'
import { posix } from 'node:path'
import type { SpecFiles } from '../../../spec/spec-files.ts'
import { usageError } from '../../errors.ts'

/** Beyond any file of a spec. */
const MAX_OUTPUT = 64 * 1024 * 1024

/** `folder`: where the spec is in the working tree. Throws a usage error without git, repository, commit or spec. */
export async function openGitFiles(folder: string, ref: string): Promise<SpecFiles> {
  const git = (...args: readonly string[]) => runGit(['-C', folder, ...args])
  const repository = await git('rev-parse', '--show-toplevel')
  if (repository === undefined) throw usageError(`git:${ref}: ${folder} is not in a git repository`)
  const commit = (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`))?.trim()
  if (commit === undefined)
    throw usageError(`git:${ref}: the repository has no commit of that name; in CI, fetch it before`)
  const show = (path: string) => git('show', `${commit}:./${path}`)
  if ((await show('connector.yaml')) === undefined)
    throw usageError(`git:${ref}: there is no connector.yaml in ${folder} in that commit`)
  return {
    read: show,
    async list(path) {
      const names = await git('ls-tree', '-z', '--name-only', commit, `./${path === '' ? '' : `${path}/`}`)
      return names?.split('\0').flatMap((name) => (name === '' ? [] : [posix.basename(name)])) ?? []
    },
    folder,
  }
}

/** Without a shell. Undefined: git has no answer. */
function runGit(args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('git', args, { encoding: 'utf8', maxBuffer: MAX_OUTPUT }, (error, stdout) => {
      if (error === null) resolve(stdout)
      else if (error.code === 'ENOENT')
        reject(usageError('--against git:REF needs the program git, which is not installed'))
      else resolve(undefined)
    })
  })
}
