/** `plan`: what a changed spec changes at the destination, before it runs. */
import { formatJson } from '../../../lib/format.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { planChanges } from '../../../plan/plan.ts'
import { readSamples } from '../../../plan/read-samples.ts'
import { hasChanges, needsConsent, type Plan } from '../../../plan/types.ts'
import type { Store } from '../../../ports/store.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../../command.ts'
import { EXIT_CODES } from '../../errors.ts'
import { loadSpecOrExit, specFolder } from '../../load-spec.ts'
import { parseCount } from '../../parse.ts'
import { withStoreIfAny } from '../../with-connector.ts'
import { formatPlan } from './format-plan.ts'
import { type FormerSpec, loadFormerSpec } from './former-spec.ts'
import { readFixtures } from './read-fixtures.ts'

export const planCommand: CommandDefinition = {
  name: 'plan',
  summary: 'Show what a changed spec changes, before it runs. Writes nothing, sends nothing, needs no credentials.',
  operand: {
    flags: '[dir]',
    description:
      'folder of the changed connector.yaml (default: CONNECTOR_SPEC, else the working directory, else the shipped spec)',
  },
  options: [
    {
      flags: '--against <spec>',
      description:
        'compare with live (the running spec of the store, the default), a folder, git:REF, or a spec that `extends` may name',
    },
    { flags: '--sample <number>', description: 'records to map by both specs (default: 200)' },
    { flags: '--fixtures <dir>', description: 'map the notifications in these JSON files, too' },
  ],
  examples: [
    ['plan ./my-spec', 'before a restart: exit code 0 without changes, 4 with changes, 1 if a change needs consent'],
    ['plan ./my-spec --against git:origin/main --json', 'for a pull request'],
    ['plan ./my-spec --against ./other-spec --fixtures ./recorded', 'without a store'],
  ],
  async run(context, input) {
    const limit = parseCount(input.value('sample') ?? '200', '--sample')
    const folder = specFolder(context, input.operands[0])
    const { spec } = await loadSpecOrExit(context, input.operands[0])
    return withStoreIfAny(context, async (store) => {
      const former = await loadFormerSpec(context, input.value('against') ?? 'live', folder, store)
      const plan = await createPlan({ former, spec, store, limit }, context, input)
      const names = { source: spec.source.name, destination: spec.destination.name }
      context.print(
        context.json ? formatJson(toJson(plan, former)) : formatPlan(plan, { ...names, ...former }, context.paint),
      )
      if (needsConsent(plan)) return EXIT_CODES.failed
      return hasChanges(plan) ? EXIT_CODES.changes : EXIT_CODES.ok
    })
  },
}

interface PlanRequest {
  readonly former: FormerSpec
  readonly spec: Spec
  readonly store: Store | undefined
  readonly limit: number
}

async function createPlan(
  { former, spec, store, limit }: PlanRequest,
  context: CommandContext,
  input: CommandInput,
): Promise<Plan> {
  const fixtures = input.value('fixtures')
  const recorded = fixtures === undefined ? [] : await readFixtures(fixtures, former.spec, context)
  // Records that ended without an event are listed with an empty metric: the changed spec may find one in them.
  const metrics = [...new Set([...former.spec.mappings, ...spec.mappings].map(({ metric }) => metric)), PROFILE, '']
  const samples = [...recorded, ...(store ? await readSamples(store, metrics, limit) : [])].slice(0, limit)
  return planChanges(
    { before: former.spec, after: spec, keys: former.keys, samples, ledger: store },
    {
      clock: context.io.clock,
      findLookup: async ({ name }, key) => (await store?.readCache(name, [key]))?.[0]?.value ?? undefined,
    },
  )
}

const toJson = (plan: Plan, { label }: FormerSpec) => ({
  against: label,
  hasChanges: hasChanges(plan),
  needsConsent: needsConsent(plan),
  ...plan,
})
