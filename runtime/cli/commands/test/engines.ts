/** The engines that `test` runs cases by, and their variants: ours, or another implementation behind the portable contract. */
import { spawn } from 'node:child_process'
import type { CaseRun } from '../../../conformance/compare/pair-occurrences.ts'
import { type EnginePair, openEnginePair } from '../../../conformance/engine/engine-pair.ts'
import { SettingsSpecs } from '../../../conformance/engine/settings-specs.ts'
import { createProcessEngine } from '../../../conformance/portable/process-engine.ts'
import type { CheckReport } from '../../../conformance/report/run-report.ts'
import { labelRun, type RunCasesOptions } from '../../../conformance/run/run-cases.ts'
import type { CaseEngine } from '../../../conformance/types.ts'
import { VariantChecker, type VariantProblem } from '../../../conformance/variants/check-variants.ts'
import { openSpecFolder } from '../../../spec/spec-files.ts'
import type { ConformanceParts } from '../../app.ts'
import type { CommandContext } from '../../command.ts'
import type { CheckedSpec } from '../../load-spec.ts'
import type { TestOptions } from './test-options.ts'

export interface EngineParts {
  readonly context: CommandContext
  readonly options: TestOptions
  readonly loaded: CheckedSpec
  readonly conformance: ConformanceParts
  readonly specs: SettingsSpecs
}

export interface Engines extends Pick<RunCasesOptions, 'engineOf' | 'foreignCodes' | 'variants'> {
  close(): Promise<void>
}

/** For one case of another implementation. Milliseconds. */
const TIMEOUT = 30_000

export function openEngines({ context, options, loaded, conformance, specs }: EngineParts): Engines {
  const { spec, declarations } = loaded
  const { otherEngine } = options
  const { fit } = conformance
  const { plain, whole, close } =
    otherEngine === undefined ? openEnginePair({ spec, fit, specs }) : openOther(otherEngine, context)
  const checker = options.variants && declarations ? new VariantChecker({ spec, ...declarations }) : undefined
  return {
    engineOf: ({ isCourse }) => (isCourse ? whole : plain),
    ...(otherEngine !== undefined && { foreignCodes: true }),
    ...(checker && { variants: (run, by) => checkVariants(checker, run, by, () => context.io.clock.now()) }),
    close,
  }
}

/** For cases with settings. */
export function createSettingsSpecs({ app, load }: CommandContext, folder: URL): SettingsSpecs {
  return new SettingsSpecs({
    files: openSpecFolder(folder),
    bases: app.bases,
    load: (files, bases) => load.spec(folder, { ...app, bases }, { files, ignoreLock: true }),
  })
}

function openOther(command: string, { io }: CommandContext): EnginePair {
  const engine = createProcessEngine({
    name: command,
    spawn: () => spawn(command, { shell: true, cwd: io.cwd, stdio: 'pipe' }),
    clock: io.clock,
    timeout: TIMEOUT,
  })
  return { plain: engine, whole: engine, close: () => engine.close() }
}

async function checkVariants(
  checker: VariantChecker,
  { resolved, result }: CaseRun,
  engine: CaseEngine,
  now: () => number,
): Promise<readonly CheckReport[]> {
  // It loses and repeats notices by itself.
  if (resolved.isCourse) return []
  const began = now()
  const problems = await checker.check(resolved, result, engine)
  return [toCheck(`${labelRun(resolved)}: variants`, problems, now() - began)]
}

export const toCheck = (name: string, problems: readonly VariantProblem[], elapsed: number): CheckReport => ({
  name,
  kind: 'variant',
  differences: [],
  problems: problems.map(({ variant, problem, place }) => ({
    message: `${variant}: ${problem}`,
    ...(place !== undefined && { expression: { place, text: '' } }),
  })),
  elapsed,
})
