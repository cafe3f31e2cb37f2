/** The shipped cases in processes with other time zones and locales: the same results. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createProcessEngine } from '../../../../runtime/conformance/portable/process-engine.ts'
import type { CaseResult } from '../../../../runtime/conformance/types.ts'
import { checkEnvironments, type EnvironmentCase } from '../../../../runtime/conformance/variants/check-environments.ts'
import { systemClock } from '../../../../runtime/system.ts'
import { loadKit, mapEngine } from '../../../helpers/conformance/shipped-kit.ts'

const all: EnvironmentCase[] = []
for (const resolved of await loadKit('cases')) all.push({ resolved, result: await mapEngine.run(resolved.input) })

const script = fileURLToPath(new URL('../../../helpers/conformance/serve-engine.ts', import.meta.url))

test('two zones and two locales', { timeout: 60_000 }, async () => {
  expect(all.length).toBeGreaterThan(400)
  const problems = await checkEnvironments(all, (environment) =>
    createProcessEngine({
      name: 'serve-engine.ts',
      spawn: () =>
        spawn(process.execPath, ['--import', 'tsx', script, 'shipped'], { env: { ...process.env, ...environment } }),
      clock: systemClock,
      timeout: 40_000,
    }),
  )
  expect(problems).toEqual([])
})

test('a result that depends on the zone is told with both values', async () => {
  const [first] = all
  if (first === undefined) throw new Error('no case')
  const problems = await checkEnvironments([first], ({ TZ }) => ({
    run: async ({ id }) =>
      ({ id, occurrences: TZ.startsWith('Pacific') ? first.result.occurrences : [] }) as CaseResult,
    close: async () => {},
  }))
  expect(problems).toMatchObject([
    { variant: 'TZ=America/St_Johns LC_ALL=de_DE.UTF-8', problem: expect.stringContaining('null in place of {') },
  ])
})
