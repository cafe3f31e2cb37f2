/** Resolves a case to plain JSON: one input and its expected occurrences for each ingress. */
import { toIsoUtc } from '../../lib/iso-time.ts'
import type { Ingress } from '../../ports/types.ts'
import type { CaseOccurrences } from '../../spec/generated/documents.ts'
import type { Path } from '../../spec/yaml.ts'
import { CONTRACT_VERSION, type ResolvedCase } from '../types.ts'
import { type CaseSetting, readSetting } from './case-setting.ts'
import type { CourseWay, ExpectedList } from './course-resolver.ts'
import type { FileContext, WrittenCase } from './file-context.ts'
import { listIngresses } from './list-ingresses.ts'
import { readExpected } from './read-expected.ts'
import { type BuiltRecords, buildRecords } from './records/build-records.ts'

/** Undefined members of `expectBy` stand for those of another ingress. */
const FALLBACK: Readonly<Record<Ingress | CourseWay, Ingress | undefined>> = {
  webhook: undefined,
  backfill: undefined,
  replay: 'webhook',
  reconcile: 'backfill',
  both: undefined,
}

/** A case of each ingress. None after a diagnostic. */
export async function resolveCase(
  written: WrittenCase,
  path: Path,
  context: FileContext,
): Promise<readonly ResolvedCase[]> {
  const { file } = context
  const before = file.diagnostics.length
  checkReason(written, path, context)
  const setting = await readSetting(written, path, context)
  if (setting === undefined) return []
  const resolved = setting.isCourse
    ? await resolveCourse(written, path, setting, context)
    : await resolvePlain(written, path, setting, context)
  if (file.diagnostics.length > before) return []
  const { settings } = setting
  return settings === undefined ? resolved : resolved.map((one) => ({ ...one, input: { ...one.input, settings } }))
}

/** Ingresses differ for a reason, which the case tells. */
function checkReason({ expectBy, ingresses, because }: WrittenCase, path: Path, { file }: FileContext): void {
  if (because !== undefined || (expectBy === undefined && ingresses === undefined)) return
  const key = expectBy === undefined ? 'ingresses' : 'expectBy'
  const message = `"because" is missing beside "${key}"`
  file.error([...path, key], { code: 'cases/no-reason', message, help: 'because: say why the ingresses differ' }, 'key')
}

async function resolvePlain(
  written: WrittenCase,
  path: Path,
  setting: CaseSetting,
  context: FileContext,
): Promise<readonly ResolvedCase[]> {
  const { file, metric } = context
  const ingresses = listIngresses(written, path, setting, context)
  checkUnused(written, path, ingresses, context)
  const cases: ResolvedCase[] = []
  // A replay delivers the webhook's notification again.
  const records = new Map<Ingress, BuiltRecords | undefined>()
  for (const ingress of ingresses) {
    const list = findExpected(written, path, ingress, context)
    const side = ingress === 'replay' ? 'webhook' : ingress
    const built = records.get(side) ?? (await buildRecords(setting, side, context))
    records.set(side, built)
    if (list === undefined || built === undefined) continue
    const name = `${file.path}: ${written.name}`
    cases.push({
      name,
      ingress,
      place: file.place([...path, 'name']),
      expectedPath: list.path,
      ...(metric !== undefined && { metric }),
      expected: list.expected,
      input: {
        version: CONTRACT_VERSION,
        id: `${name} (${ingress})`,
        workspace: setting.workspace,
        lookups: built.lookups,
        steps: [{ at: toIsoUtc(setting.now), ingress, records: built.records }],
      },
    })
  }
  return cases
}

async function resolveCourse(
  written: WrittenCase,
  path: Path,
  setting: CaseSetting,
  context: FileContext,
): Promise<readonly ResolvedCase[]> {
  const { file, metric, parts } = context
  if (parts.resolveCourse === undefined) {
    const message = 'courses cannot be run here'
    file.error([...path, 'given', 'course'], { code: 'cases/course', message }, 'key')
    return []
  }
  const ways = written.ingresses?.flatMap((one): CourseWay[] => (one === 'replay' ? [] : [one]))
  const { given, workspace, now, lookups } = setting
  const course = {
    name: `${file.path}: ${written.name}`,
    file,
    path,
    place: file.place([...path, 'name']),
    given,
    workspace,
    now,
    lookups,
    ...(metric !== undefined && { metric }),
    ...(ways && { ways }),
    expectedBy: (way: CourseWay) => findExpected(written, path, way, context),
  }
  const { spec, functions } = parts
  return parts.resolveCourse(course, { spec, functions, resources: context.resources })
}

function findExpected(
  { expect, expectBy = {} }: WrittenCase,
  path: Path,
  way: Ingress | CourseWay,
  context: FileContext,
): ExpectedList | undefined {
  const fallback = FALLBACK[way]
  const key =
    expectBy[way] !== undefined
      ? way
      : fallback !== undefined && expectBy[fallback] !== undefined
        ? fallback
        : undefined
  const list: CaseOccurrences | undefined = key === undefined ? expect : expectBy[key]
  const place = key === undefined ? [...path, 'expect'] : [...path, 'expectBy', key]
  if (list !== undefined) {
    const expected = readExpected(list, place, context)
    // A poll repeats what was skipped before, so it reports no skips.
    const isShared = way === 'reconcile' && key !== 'reconcile'
    return { path: place, expected: isShared ? expected.filter(({ skipped }) => skipped === undefined) : expected }
  }
  const differs = Object.keys(expectBy).length > 0
  const message = `the case does not say what comes${differs ? ` by ${way}` : ''}`
  const help = `write ${differs ? `expectBy.${way}` : 'expect'}; an empty list says that nothing comes`
  context.file.error([...path, 'name'], { code: 'cases/no-expectation', message, help })
  return undefined
}

function checkUnused({ expectBy = {} }: WrittenCase, path: Path, run: readonly Ingress[], { file }: FileContext): void {
  for (const name of Object.keys(expectBy)) {
    if (run.some((ingress) => ingress === name || (FALLBACK[ingress] === name && !(ingress in expectBy)))) continue
    const message = `the case does not run by ${name}`
    const help =
      name === 'both' ? 'only a course runs by both' : 'remove it, or give what the ingress needs: topic or stream'
    file.error([...path, 'expectBy', name], { code: 'cases/unused-expectation', message, help }, 'key')
  }
}
