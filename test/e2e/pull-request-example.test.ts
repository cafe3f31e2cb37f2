/** The steps of the example workflow, run as GitHub runs them: bash, then the script of the comment on a fake GitHub. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createCleanup, temporaryFolder } from '../helpers/processes/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const closing = createCleanup()
afterEach(() => closing.close())

interface Step {
  readonly name?: string
  readonly run?: string
  readonly uses?: string
  readonly with?: { readonly script?: string }
}

const workflow = parse(readFileSync(join(root, 'examples/pull-request/connector-plan.yaml'), 'utf8'))
const steps: readonly Step[] = workflow.jobs.plan.steps
const stepOf = (name: string) => steps.find((step) => step.name === name)

/** A repository whose branch `main` has the spec of the examples, with an `npx` that runs this checkout. */
function createRepository() {
  const cwd = temporaryFolder(closing)
  cpSync(join(root, 'examples/own-spec'), join(cwd, 'my-spec'), { recursive: true })
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd, stdio: 'pipe' })
  git('init', '--quiet')
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'one')
  git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  writeFileSync(join(cwd, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${root}/scripts/source.mjs" "$@"\n`)
  chmodSync(join(cwd, 'npx'), 0o755)
  const output = join(cwd, 'output')
  const run = (name: string, env: Readonly<Record<string, string>>) =>
    execFileSync('bash', ['-e', '-c', stepOf(name)?.run ?? 'false'], {
      ...{ cwd, stdio: 'pipe' as const },
      env: { PATH: `${cwd}:${process.env.PATH}`, GITHUB_OUTPUT: output, ...env },
    })
  const plan = () => {
    run('Plan', { BASE: 'main' })
    return [...readFileSync(output, 'utf8').matchAll(/^code=(\d)$/gm)].at(-1)?.[1] ?? ''
  }
  const edit = (path: string, find: string, put: string) =>
    writeFileSync(join(cwd, path), readFileSync(join(cwd, path), 'utf8').replace(find, put))
  return { cwd, run, plan, edit }
}

/** Runs the script of the comment. Resolves to the calls. */
async function comment(cwd: string, code: string, comments: readonly object[]) {
  const calls: (readonly [name: string, body: string])[] = []
  const note =
    (name: string) =>
    async ({ body }: { readonly body: string }) =>
      void calls.push([name, body])
  const issues = { listComments: 'list', createComment: note('create'), updateComment: note('update') }
  const github = { rest: { issues }, paginate: async () => comments }
  const context = { repo: { owner: 'o', repo: 'r' }, issue: { number: 1 } }
  const fs = { readFileSync: (path: string) => readFileSync(join(cwd, path), 'utf8') }
  const load = (id: string) => (id === 'node:fs' ? fs : createRequire(import.meta.url)(id))
  const text = stepOf('Comment')?.with?.script ?? ''
  const script = new Function('github', 'context', 'require', 'process', `return (async () => {${text}})()`)
  await script(github, context, load, { env: { CODE: code } })
  return calls
}

test('comments with the plan, once, and stops at a key that needs consent', async () => {
  const { cwd, run, plan, edit } = createRepository()
  run('Check', {})
  expect(plan()).toBe('0')
  edit('my-spec/mappings/created-conversation.yaml', 'Title: title', 'Subject: title')
  expect(plan()).toBe('4')
  const [[name, body] = []] = await comment(cwd, '4', [{ id: 1, body: 'another comment' }])
  expect(name).toBe('create')
  expect(body).toMatch(
    /^<!-- connector plan -->\n\*\*connector plan: Changes\*\*\n\n```\nCompared with git:origin\/main\./,
  )
  expect(body).toContain('+ properties.Subject  title')
  expect(await comment(cwd, '4', [{ id: 7, body }])).toEqual([['update', body]])
  run('Stop at what needs consent', { CODE: '4' })

  edit('my-spec/mappings/closed-conversation.yaml', '[closed-conversation, $part.id]', '[closed, $part.id]')
  expect(plan()).toBe('1')
  expect((await comment(cwd, '1', []))[0]?.[1]).toContain('**connector plan: Needs consent**')
  expect(() => run('Stop at what needs consent', { CODE: '1' })).toThrow()
}, 60_000)

test('uses no action of a third party', () => {
  const used = steps.flatMap(({ uses }) => uses?.replace(/@.*/, '') ?? [])
  expect(used).toEqual(['actions/checkout', 'actions/setup-node', 'actions/github-script'])
})
