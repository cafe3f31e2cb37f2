/** Reads the expected occurrences of a case, and reports names that the spec does not have. */
import { suggest } from '../../expression/did-you-mean.ts'
import { toIsoUtc } from '../../lib/iso-time.ts'
import { isObject } from '../../lib/json.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { CaseExpected, CaseOccurrences } from '../../spec/generated/documents.ts'
import type { Path } from '../../spec/yaml.ts'
import type { ExpectedOccurrence } from '../types.ts'
import type { CaseFile } from './case-file.ts'
import type { KnownNames, PropertyNames } from './known-names.ts'

export interface ExpectedContext {
  readonly file: CaseFile
  readonly names: KnownNames
  /** Of the file. */
  readonly metric: string | undefined
}

export function readExpected(
  list: CaseOccurrences,
  path: Path,
  context: ExpectedContext,
): readonly ExpectedOccurrence[] {
  return list.map((one, index) => readOne(one, [...path, index], context))
}

function readOne(written: CaseExpected, path: Path, context: ExpectedContext): ExpectedOccurrence {
  const { file, names } = context
  const metric = written.metric ?? context.metric
  if (written.metric !== undefined) checkMetric(written.metric, [...path, 'metric'], context)
  checkEnding(written, path, file)
  if (written.skipped !== undefined && !names.reasons.has(written.skipped)) {
    const message = `no rule of the spec skips for the reason "${written.skipped}"`
    const help = suggest(written.skipped, names.reasons)
    file.error([...path, 'skipped'], { code: 'cases/unknown-reason', message, help })
  }
  if (written.fault !== undefined && !names.hasFaultCode(written.fault)) {
    const message = `there is no fault code "${written.fault}"`
    file.error([...path, 'fault'], {
      code: 'cases/unknown-fault',
      message,
      help: suggest(written.fault, names.faultCodes),
    })
  }
  checkTime(written.time, [...path, 'time'], file)
  checkNames(written, { path, metric }, context)
  const { properties, profile, has, profileHas, ...others } = written
  return {
    ...others,
    place: file.place(path),
    ...(metric !== undefined && { metric }),
    ...(properties && { properties: properties as JsonObject }),
    ...(profile && { profile: profile as JsonObject }),
    ...(has && { has: has as JsonObject }),
    ...(profileHas && { profileHas: profileHas as JsonObject }),
  }
}

export function checkMetric(metric: string, path: Path, { file, names }: Omit<ExpectedContext, 'metric'>): void {
  if (names.metrics.includes(metric)) return
  const isDisabled = names.disabledMetrics.has(metric)
  const message = isDisabled
    ? `the metric "${metric}" is never sent: it is disabled`
    : `the spec has no metric "${metric}"`
  const help = isDisabled
    ? 'remove enabled: false from its mapping, or remove its cases'
    : suggest(metric, names.metrics)
  file.error(path, { code: 'cases/unknown-metric', message, help })
}

const OF_EVENTS = ['key', 'time', 'properties', 'profile', 'has', 'without', 'profileHas', 'value', 'currency'] as const

/** An occurrence is sent, is skipped, or fails. */
function checkEnding(written: CaseExpected, path: Path, file: CaseFile): void {
  const { skipped, fault } = written
  if (skipped === undefined && fault === undefined) return
  const ending = skipped === undefined ? 'fault' : 'skipped'
  const other =
    skipped !== undefined && fault !== undefined ? 'fault' : OF_EVENTS.find((key) => written[key] !== undefined)
  if (other === undefined) return
  const message = `an occurrence with "${ending}" sends nothing, so it has no "${other}"`
  file.error([...path, other], { code: 'cases/contradiction', message, help: `remove ${ending} or ${other}` }, 'key')
}

/** Times are compared as texts, in the one form in which they are sent. */
function checkTime(time: string | undefined, path: Path, file: CaseFile): void {
  if (time === undefined) return
  const ms = Date.parse(time)
  const sent = Number.isNaN(ms) ? undefined : toIsoUtc(ms)
  if (sent === time) return
  const message = sent === undefined ? `"${time}" is no time` : `"${time}" is not in the form in which times are sent`
  file.error(path, { code: 'cases/time', message, help: `write "${sent ?? '2026-01-10T10:00:00.000Z'}"` })
}

function checkNames(
  { properties = {}, profile = {}, has = {}, profileHas = {}, without = [] }: CaseExpected,
  { path, metric }: { readonly path: Path; readonly metric: string | undefined },
  { file, names }: ExpectedContext,
): void {
  const check = (written: object, at: Path, known: PropertyNames, owner: string) => {
    for (const name of Object.keys(written)) if (!known.has(name)) report(name, [...at, name], known, owner)
  }
  const report = (name: string, at: Path, known: PropertyNames, owner: string) => {
    const message = `${owner} has no property "${name}"`
    file.error(at, { code: 'cases/unknown-property', message, help: suggest(name, known.names) }, 'key')
  }
  const checkProfile = (written: Readonly<Record<string, unknown>>, at: Path) => {
    check(written, at, names.attributes(), 'the profile')
    const own = written.properties as Json | undefined
    if (isObject(own)) check(own, [...at, 'properties'], names.profileProperties(), 'the profile')
  }
  checkProfile(profile, [...path, 'profile'])
  checkProfile(profileHas, [...path, 'profileHas'])
  if (metric === PROFILE) {
    checkProfile(has, [...path, 'has'])
    const [members, inner] = [names.attributes(), names.profileProperties()]
    for (const [index, name] of without.entries())
      if (!members.has(name) && !inner.has(name)) report(name, [...path, 'without', index], members, 'the profile')
    return
  }
  const known = metric === undefined ? undefined : names.propertiesOf(metric)
  if (known === undefined) return
  check(properties, [...path, 'properties'], known, `${metric}`)
  check(has, [...path, 'has'], known, `${metric}`)
  for (const [index, name] of without.entries())
    if (!known.has(name)) report(name, [...path, 'without', index], known, `${metric}`)
}
