/** Tells what an update changed in the base of a spec, and what of it the spec hides. */
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic, DiagnosticText } from '../diagnostic.ts'
import type { FileSpan, Path, PlacedYaml, YamlFile } from '../yaml.ts'
import type { Lock } from './lock.ts'
import { isMap, type Kind, mergesMembers } from './merge.ts'

/** A file of the spec, a file of its base, or both under one path. */
export interface LayeredFile {
  readonly kind: Kind
  readonly own: YamlFile | undefined
  readonly base: PlacedYaml | undefined
  /** Whether the own file is read without that of the base. */
  readonly isWhole: boolean
}

export interface BaseDocuments {
  /** As `extends` names it. */
  readonly name: string
  /** The value of `extends`. */
  readonly place: FileSpan
  /** By the path of the spec's own file, whether there is one or not. */
  readonly files: ReadonlyMap<string, LayeredFile>
  /** Files of the lock that the base no longer has. */
  readonly missing: readonly string[]
}

/** Files that decide what is sent; the others describe fields, or what can be created from the metrics. */
const LOCKED_KINDS: ReadonlySet<Kind> = new Set(['connector', 'mapping', 'properties', 'profile'])

/** What a lock holds. */
export function listLockedDocuments({ files }: BaseDocuments): ReadonlyMap<string, unknown> {
  const locked = [...files].filter(([, { kind, base }]) => base !== undefined && LOCKED_KINDS.has(kind))
  return new Map(locked.map(([path, { base }]) => [path, base?.value]))
}

export function describeBaseChanges({ name, place, files, missing }: BaseDocuments, lock: Lock): readonly Diagnostic[] {
  if (lock.base !== name) return [warn(place, lock.base === undefined ? UNREADABLE_LOCK : describeOtherBase(lock.base))]
  const changes = [...files].flatMap(([path, file]) => describeFile(path, file, lock.documents.get(path), place))
  const removed = missing.flatMap((path) => {
    const metric = getMetric(lock.documents.get(path))
    return metric === undefined ? [] : [warn(place, describeRemovedMetric(metric, path))]
  })
  return [...changes, ...removed]
}

function describeFile(path: string, file: LayeredFile, before: unknown, place: FileSpan): Diagnostic[] {
  const { kind, own, base } = file
  if (base === undefined || !LOCKED_KINDS.has(kind)) return []
  const [after, ownValue] = [base.value, own?.value ?? {}]
  const isDisabled = isMap(ownValue) && ownValue.enabled === false
  if (after === undefined || isDisabled) return []
  if (before === undefined) return describeNewFile(path, file, place)
  const subject: Subject = { name: nameOf(kind, path, before), path, base }
  const hidden: Diagnostic[] = []
  const visible: Change[] = []
  for (const change of findChanges(kind, before, after)) {
    const at = findHiding(ownValue, change.path)
    if (own === undefined || at === undefined) visible.push(change)
    else {
      const text = describeHidden(change, getValue(ownValue, at), subject)
      if (text !== undefined) hidden.push(warn(own.keySpan(at), text))
    }
  }
  return [...hidden, ...describeVisible(visible, subject).map((text) => warn(place, text))]
}

interface Change {
  readonly path: Path
  /** Undefined: there was nothing. */
  readonly from: unknown
  /** Undefined: there is nothing any more. */
  readonly to: unknown
}

function findChanges(kind: Kind, from: unknown, to: unknown, path: Path = []): readonly Change[] {
  if (isDeepStrictEqual(from, to)) return []
  // A section that was absent, such as `skip`, is an empty one.
  const [before, after] = [from, to].map((value) => (value === undefined && path.length === 1 ? {} : value))
  if (!isMap(before) || !isMap(after) || !mergesMembers(kind, path)) return [{ path, from, to }]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !name.startsWith('x-'))
  return names.flatMap((name) => findChanges(kind, before[name], after[name], [...path, name]))
}

/** The path of the own value that stands in place of the base's. */
function findHiding(own: unknown, path: Path): Path | undefined {
  let value = own
  for (const [index, step] of path.entries()) {
    if (!isMap(value)) return path.slice(0, index)
    if (!Object.hasOwn(value, step)) return undefined
    value = value[step]
  }
  return path
}

const getValue = (value: unknown, path: Path): unknown =>
  path.reduce((holder, step) => (isMap(holder) ? holder[step] : undefined), value)

/** A file of the base, for messages. */
interface Subject {
  readonly name: string
  readonly path: string
  readonly base: PlacedYaml
}

const ACCEPT = 'then run `connector validate --accept`'

const placeOf = ({ base }: Pick<Subject, 'base'>, path: Path): string => {
  const { file, span } = base.keySpan(path)
  return file.place(span[0])
}

/** Undefined: it makes no difference. */
function describeHidden({ path, from, to }: Change, own: unknown, subject: Subject): DiagnosticText | undefined {
  // What is removed here stays removed; that there is nothing left to remove is told elsewhere.
  if (own === null || isDeepStrictEqual(own, to)) return undefined
  const what = `${path.join('.')} of ${subject.name}`
  const message =
    from === undefined
      ? `the base now has ${what}, too; yours hides it`
      : to === undefined
        ? `the base no longer has ${what}; yours stays`
        : `the base changed ${what}${formatChange(from, to)}; yours hides it`
  const choice = to === undefined ? 'keep yours or delete it' : 'keep yours, or delete it to follow the base'
  return { code: 'extends/hidden-change', message, help: `${placeOf(subject, path)}; ${choice}, ${ACCEPT}` }
}

function describeVisible(changes: readonly Change[], subject: Subject): readonly DiagnosticText[] {
  const texts = changes.map((change) => describeDecisive(change, subject))
  const others = changes.filter((_, index) => texts[index] === undefined)
  const [first] = others
  const told = texts.filter((text) => text !== undefined)
  if (first === undefined) return told
  const message = `the base changed ${subject.name}: ${formatPaths(others)}`
  return [
    ...told,
    { code: 'extends/base-changed', message, help: `${placeOf(subject, first.path)}; look at it, ${ACCEPT}` },
  ]
}

/** Of a change that decides whether, and as what, events are counted. */
function describeDecisive(
  { path: steps, from, to }: Change,
  { name, path, base }: Subject,
): DiagnosticText | undefined {
  const help = (keep: string) =>
    `${placeOf({ base }, steps)}; to keep the old one, write in ${path} "${keep}", ${ACCEPT}`
  switch (steps[0]) {
    case 'key': {
      const message = `the base changed the key of ${name}: its events count again`
      return { code: 'extends/key-changed', message, help: help(`key: ${formatKey(from)}`) }
    }
    case 'metric': {
      const message = `the base renamed ${name} to "${to}", which is another metric in the destination`
      return { code: 'extends/renamed-metric', message, help: help(`metric: ${from}`) }
    }
    case 'enabled': {
      if (to !== false) return undefined
      const message = `the base disabled ${name}: no more of its events are sent`
      return {
        code: 'extends/removed-metric',
        message,
        help: `${placeOf({ base }, steps)}; to go on, write in ${path} "enabled: true", ${ACCEPT}`,
      }
    }
    default:
      return undefined
  }
}

function describeNewFile(path: string, { kind, own, base, isWhole }: LayeredFile, place: FileSpan): Diagnostic[] {
  if (base === undefined) return []
  const at = placeOf({ base }, [])
  if (own !== undefined) {
    const message = `the base now has ${path}, too; it is left out, for yours was there before`
    const help = `${at}; rename yours, since it will change that file from then on, ${ACCEPT}`
    return isWhole ? [warn(own.keySpan([]), { code: 'extends/new-file', message, help })] : []
  }
  const metric = kind === 'mapping' ? getMetric(base.value) : undefined
  if (metric === undefined) return []
  const help = `${at}; to leave it out, write in ${path} "enabled: false", ${ACCEPT}`
  return [warn(place, { code: 'extends/new-metric', message: `the base now has the metric "${metric}"`, help })]
}

/** Of a removal that had a value to remove, before an update. */
export const describeStaleRemoval = (name: string): DiagnosticText => ({
  code: 'extends/nothing-to-remove',
  message: `the base no longer has "${name}", so there is nothing to remove any more`,
  help: `delete the line, ${ACCEPT}`,
})

/** Of a file that changed one of the base, before an update. */
export const describeStaleFile = (path: string): DiagnosticText => ({
  code: 'extends/stale-file',
  message: `the base no longer has ${path}, so this file changes nothing`,
  help: `delete it, ${ACCEPT}`,
})

const describeRemovedMetric = (metric: string, path: string): DiagnosticText => ({
  code: 'extends/removed-metric',
  message: `the base no longer has the metric "${metric}": no more of its events are sent`,
  help: `to keep it, copy ${path} from the former version into this folder, ${ACCEPT}`,
})

const describeOtherBase = (base: string): DiagnosticText => ({
  code: 'extends/other-lock',
  message: `connector.lock.yaml is that of another base, "${base}"`,
  help: 'run `connector validate --accept`',
})

const UNREADABLE_LOCK: DiagnosticText = {
  code: 'extends/other-lock',
  message: 'connector.lock.yaml cannot be read, so changes of the base go unnoticed',
  help: 'run `connector validate --accept`, which writes it anew',
}

const warn = (place: FileSpan, text: DiagnosticText): Diagnostic => ({ severity: 'warning', ...text, ...place })

const getMetric = (document: unknown): string | undefined =>
  isMap(document) && typeof document.metric === 'string' ? document.metric : undefined

function nameOf(kind: Kind, path: string, document: unknown): string {
  const metric = getMetric(document)
  if (metric !== undefined) return `"${metric}"`
  return kind === 'profile' ? 'the profile' : path
}

const MAX_VALUE = 40
const MAX_PATHS = 5

function formatChange(from: unknown, to: unknown): string {
  const [before, after] = [JSON.stringify(from), JSON.stringify(to)]
  return before.length > MAX_VALUE || after.length > MAX_VALUE ? '' : ` from ${before} to ${after}`
}

const formatKey = (key: unknown): string => (Array.isArray(key) ? `[${key.join(', ')}]` : String(key))

/** `properties.Title, properties.Tags (new), skip.no-contact (removed) and 2 more`. */
function formatPaths(changes: readonly Change[]): string {
  const texts = changes.map(({ path, from, to }) => {
    const mark = from === undefined ? ' (new)' : to === undefined ? ' (removed)' : ''
    return path.join('.') + mark
  })
  const more = texts.length - MAX_PATHS
  return texts.slice(0, MAX_PATHS).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
