/** Writes what was seen into the expectations of cases that fail, and leaves the rest of their file as it is. */
import { isMap, parseDocument } from 'yaml'
import { groupBy } from '../../lib/group-by.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import { isProfile } from '../compare/compare-members.ts'
import { withoutWorkspace } from '../compare/describe-outcome.ts'
import { diffValues, type ValueDifference } from '../compare/diff-values.ts'
import { type CaseRun, type CompareOptions, pairOccurrences, selectOccurrences } from '../compare/pair-occurrences.ts'
import type { CaseOccurrence, CasePlace, ExpectedOccurrence, ResolvedCase } from '../types.ts'
import { editList, type ItemChange, type MemberChange, type TextEdit } from './edit-list.ts'

export interface UpdatedFile {
  /** The new text of the file; undefined if nothing changed. */
  readonly text?: string
  readonly changed: readonly NamedPlace[]
  readonly refused: readonly (NamedPlace & { readonly reason: string })[]
}

export interface NamedPlace {
  readonly name: string
  readonly place: CasePlace
}

/** `runs`: those of the file whose results differ from their expectations, and their other ingresses. */
export function updateCaseFile(text: string, runs: readonly CaseRun[], options: CompareOptions): UpdatedFile {
  const document = parseDocument(text)
  const edits: TextEdit[] = []
  const changed: NamedPlace[] = []
  const refused: (NamedPlace & { reason: string })[] = []
  for (const sharing of groupBy(runs, nameList).values()) {
    const [run] = sharing
    if (run === undefined || !sharing.some((one) => differs(one, options))) continue
    const { name, place } = run.resolved
    const reason = whyNot(sharing)
    const path = run.resolved.expectedPath ?? []
    const map = document.getIn(path.slice(0, -1))
    const edited =
      reason === undefined && isMap(map) ? editList(text, map, path.at(-1) ?? '', planChanges(run, options)) : undefined
    if (edited === undefined) refused.push({ name, place, reason: reason ?? 'its list is written with an alias' })
    else {
      edits.push(...edited)
      changed.push({ name, place })
    }
  }
  return { ...(edits.length > 0 && { text: applyEdits(text, edits) }), changed, refused }
}

/** Equal for the ingresses that share one list of expectations. */
const nameList = ({ resolved: { expectedPath, name } }: CaseRun): string => expectedPath?.join('\n') ?? name

const differs = (run: CaseRun, options: CompareOptions): boolean =>
  planChanges(run, options).some(
    (change, at) => !('old' in change) || change.old !== at || change.members.length > 0,
  ) || selectOccurrences(run.resolved, run.result).length !== run.resolved.expected.length

/** What is seen is no expectation if it is an error, or depends on the ingress. */
function whyNot(runs: readonly CaseRun[]): string | undefined {
  const seen = runs.map(({ resolved, result }) => selectOccurrences(resolved, result))
  const fault = seen.flat().find((one) => 'fault' in one)
  if (fault !== undefined && 'fault' in fault) return `it fails with ${fault.fault.code}`
  const [first = [], ...others] = seen.map((occurrences) => occurrences.map(toItem))
  const isSame = others.every((other) => diffValues(first, other).length === 0)
  return isSame ? undefined : 'its ingresses give different occurrences'
}

function planChanges({ resolved, result }: CaseRun, options: CompareOptions): readonly ItemChange[] {
  const { expected } = resolved
  return pairOccurrences({ resolved, result }, options).flatMap((pair): readonly ItemChange[] => {
    const { expected: one, actual, members, hasSameOutcome } = pair
    if (actual === undefined) return []
    if (one === undefined || !hasSameOutcome) return [{ item: writeItem(actual, resolved) }]
    const otherwise = nameOccurrence(actual, resolved)
    return [{ old: expected.indexOf(one), members: changeMembers(one, members, actual), otherwise }]
  })
}

/** An occurrence as a case expects it. */
function writeItem(occurrence: CaseOccurrence, { metric, input }: ResolvedCase): Json {
  const named = metric === undefined ? { metric: occurrence.metric } : {}
  const item = toItem(occurrence)
  const key = 'key' in occurrence ? { key: withoutWorkspace(occurrence.key, input.workspace) } : {}
  return { ...named, ...item, ...key }
}

/** An expectation of no more than that it comes. */
const nameOccurrence = (occurrence: CaseOccurrence, { input }: ResolvedCase): JsonObject =>
  'key' in occurrence ? { key: withoutWorkspace(occurrence.key, input.workspace) } : { metric: occurrence.metric }

/** Without the profile of an event, which is that of all its person's events. */
function toItem(occurrence: CaseOccurrence): JsonObject {
  const { metric: _, ...members } = occurrence
  if (isProfile(occurrence) || !('profile' in members)) return JSON.parse(JSON.stringify(members))
  const { key, time, contact, profile: __, properties, ...others } = members as JsonObject
  return JSON.parse(JSON.stringify({ key, time, contact, ...others, properties }))
}

/** Each where the expectation names it: in `properties`, `has`, `without`, `profile` or `profileHas`. */
function changeMembers(
  expected: ExpectedOccurrence,
  members: readonly ValueDifference[],
  occurrence: CaseOccurrence,
): readonly MemberChange[] {
  const { without = [] } = expected
  const kept = without.filter((name) => !members.some((each) => isWithout(each, name, occurrence)))
  const changes = members.map(({ member: [whole = '', ...path], actual }) => {
    if (whole !== 'properties' && whole !== 'profile') return { path: [whole, ...path], value: actual }
    const part = whole === 'properties' || isProfile(occurrence) ? 'has' : 'profileHas'
    return { path: [expected[whole] === undefined ? part : whole, ...path], value: actual }
  })
  if (kept.length === without.length) return changes
  return [...changes, { path: ['without'], value: kept.length === 0 ? undefined : kept }]
}

/** Whether the member is there that `without` names. */
const isWithout = ({ member, expected, actual }: ValueDifference, name: string, occurrence: CaseOccurrence): boolean =>
  expected === undefined &&
  actual !== undefined &&
  member.at(-1) === name &&
  member[0] === (isProfile(occurrence) ? 'profile' : 'properties')

function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let copied = 0
  for (const { start, end, text: inserted } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(copied, start) + inserted
    copied = end
  }
  return result + text.slice(copied)
}
