/** Prints for failing cases what each mapping made of their records and why, as `preview --explain` does. */

import { compareCase } from '../../../conformance/compare/compare-case.ts'
import type { CaseRun } from '../../../conformance/compare/pair-occurrences.ts'
import type { CommandContext } from '../../command.ts'
import { formatExplanations, type LabelledExplanation } from '../../output/format-explanation.ts'
import { withStore } from '../../with-connector.ts'
import type { TestRun } from './run-tests.ts'

/** Cases whose records are explained; one after another helps more than all at once. */
const MAX_EXPLAINED = 3

export async function explainCases(run: TestRun, context: CommandContext): Promise<void> {
  const failed = run.runs.filter((one) => compareCase(one, run.compare).length > 0)
  const names = [...new Set(failed.map(({ resolved }) => resolved.name))].slice(0, MAX_EXPLAINED)
  for (const name of names) {
    // Webhook and history mostly fail for one reason.
    const first = failed.find(({ resolved }) => resolved.name === name)
    if (first === undefined) continue
    context.print(`${context.paint('bold', `${name} (${first.resolved.ingress})`)}\n`)
    context.print(`${formatExplanations(await explain(first, run, context), context.paint)}\n`)
  }
}

async function explain(
  { resolved: { input } }: CaseRun,
  { spec: plain, specs }: TestRun,
  context: CommandContext,
): Promise<readonly LabelledExplanation[]> {
  const { app, env, logger, io } = context
  const { clock, fetch, random } = io
  const spec = input.settings === undefined ? plain : await specs.find(input.settings)
  return withStore(
    context,
    async (store) => {
      const connector = await app.open({ env, spec, store, clock, fetch, random, logger })
      try {
        const explained: LabelledExplanation[] = []
        for (const { topic, stream, body } of input.steps.flatMap(({ records }) => records)) {
          const origin = topic === undefined ? { ...(stream !== undefined && { stream }) } : { topic }
          const { workspace, lookups } = input
          const preview = await connector.preview({ ...origin, data: body, lookups, workspace, explain: true })
          explained.push(...(preview.explanations ?? []).map((one) => ({ ...origin, ...one })))
        }
        return explained
      } finally {
        await connector.close()
      }
    },
    'memory:',
  )
}
