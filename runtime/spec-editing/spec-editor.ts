/** Checks and saves changed files of a running spec: what the pages of mappings do. */
import type { Connector } from '../connector.ts'
import { isBroken, type MetricLosses } from '../plan/types.ts'
import type { Clock } from '../ports/effects.ts'
import { type ChangedKey, findChangedKeys } from '../running-spec/compare-specs.ts'
import { readRunningSpec } from '../running-spec/running-spec.ts'
import { addFirstSpec, addToSpecHistory, noteSpecAuthor } from '../running-spec/spec-history.ts'
import type { Diagnostic } from '../spec/diagnostic.ts'
import { hashSpec } from '../spec/hash-spec.ts'
import type { LoadedSpec } from '../spec/load.ts'
import type { Spec } from '../spec/spec.ts'
import { withChanges } from './changed-files.ts'
import { planDraft } from './plan-draft.ts'
import type { CaseResults, EditableSpec, FileChange } from './types.ts'

export interface SpecEditorParts {
  readonly editable: EditableSpec
  readonly connector: Pick<Connector, 'spec' | 'store' | 'peekLookup'>
  readonly clock: Clock
}

export interface SaveOptions {
  /** Metrics whose new keys may count delivered events again. */
  readonly acceptNewKeys: readonly string[]
  /** Metrics to save although recent records fail, are left out, or lack a property that they had. */
  readonly acceptBroken: readonly string[]
  /** Whether to save although the spec's cases find what they did not find in the running spec. */
  readonly acceptFailedCases: boolean
  /** Who saves, for the history. */
  readonly by: string
}

export type SaveResult =
  /** `isRunning`: whether this process maps by it. `cases`: those that ran. */
  | { readonly status: 'saved'; readonly hash: string; readonly isRunning: boolean; readonly cases?: CaseResults }
  | { readonly status: 'unchanged' }
  | { readonly status: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  | NeedsConsent
  /** Another has changed the file since it was read. */
  | { readonly status: 'conflict'; readonly path: string; readonly text: string | undefined }
  | { readonly status: 'refused'; readonly reason: string }

/** Of a change that can do harm, all that is to be accepted. */
export interface NeedsConsent {
  readonly status: 'needs-consent'
  /** Delivered events of these metrics would be counted again. */
  readonly keys: readonly ChangedKey[]
  /** What recent records of these metrics lose. */
  readonly broken: readonly MetricLosses[]
  /** Cases that fail, and do not with the running spec. */
  readonly cases?: CaseResults
}

const isPassed = ({ failed, problems }: CaseResults): boolean => failed.length + problems.length === 0

export class SpecEditor {
  readonly editable: EditableSpec
  readonly #parts: SpecEditorParts
  #saving: Promise<unknown> = Promise.resolve()

  constructor(parts: SpecEditorParts) {
    this.#parts = parts
    this.editable = parts.editable
  }

  /** The spec with changes that are not written: to run it, only checked, or with its expressions tried on made-up records. */
  async load(
    changes: readonly Pick<FileChange, 'path' | 'after'>[] = [],
    how: 'to-run' | 'check' | 'try' = 'to-run',
  ): Promise<LoadedSpec> {
    const { files, functions, rules, bases } = this.editable
    // Loaded on first use: a host that only shows its spec needs no parser.
    const { loadSpec } = await import('../spec/load.ts')
    const changed = withChanges(files, changes)
    const options = { files: changed, functions, rules, bases, checkOnly: how === 'check', runTrials: how === 'try' }
    return loadSpec(files.folder ?? '', options)
  }

  /** Why nothing can be saved here, as a sentence. Undefined: it can. */
  async readOnlyReason(): Promise<string | undefined> {
    const { write, readOnlyReason } = this.editable
    if (write === undefined) return 'The program that runs this connector takes no changed files.'
    return readOnlyReason?.()
  }

  /** Whether these keep the spec from running. */
  isRefused({ spec, diagnostics }: Pick<LoadedSpec, 'spec' | 'diagnostics'>): boolean {
    return spec === undefined || (this.editable.strict === true && diagnostics.length > 0)
  }

  /** Writes the files and makes the process run by them, one change after the other. Writes nothing that would not run. */
  save(changes: readonly FileChange[], options: SaveOptions): Promise<SaveResult> {
    const result = this.#saving.then(() => this.#save(changes, options))
    this.#saving = result.catch(() => undefined)
    return result
  }

  async #save(all: readonly FileChange[], options: SaveOptions): Promise<SaveResult> {
    const { connector, clock } = this.#parts
    const reason = await this.readOnlyReason()
    if (reason !== undefined) return { status: 'refused', reason }
    const changes = all.filter(({ before, after }) => before !== after)
    if (changes.length === 0) return { status: 'unchanged' }
    const conflict = await this.#findConflict(changes)
    if (conflict !== undefined) return conflict
    const loaded = await this.load(changes)
    if (loaded.spec === undefined || this.isRefused(loaded)) return { status: 'invalid', ...loaded }
    const keys = await this.changedKeys(loaded)
    const { samples } = await planDraft(loaded.spec, connector, clock)
    const broken = samples.losses.filter(isBroken)
    const ran = options.acceptFailedCases ? undefined : await this.#runCases(loaded.spec, changes)
    const isAccepted =
      keys.every(({ metric }) => options.acceptNewKeys.includes(metric)) &&
      broken.every(({ metric }) => options.acceptBroken.includes(metric)) &&
      ran?.failures === undefined
    if (!isAccepted) return { status: 'needs-consent', keys, broken, ...(ran?.failures && { cases: ran.failures }) }
    await addFirstSpec(connector.store, connector.spec, clock.now())
    const written = await this.#writeAndRun(changes, options)
    if (written !== undefined) return written
    const hash = hashSpec(loaded.spec.sourceFiles)
    await addToSpecHistory(connector.store, loaded.spec, clock.now())
    await noteSpecAuthor(connector.store, hash, options.by)
    const isRunning = hashSpec(connector.spec.sourceFiles) === hash
    return { status: 'saved', hash, isRunning, ...(ran && { cases: ran.results }) }
  }

  /** `failures`: those that the changes make fail, or keep from running. Undefined: the host runs none. */
  async #runCases(
    spec: Spec,
    changes: readonly FileChange[],
  ): Promise<{ readonly results: CaseResults; readonly failures?: CaseResults } | undefined> {
    const { runCases, files } = this.editable
    const found = await runCases?.(spec, withChanges(files, changes))
    if (runCases === undefined || found === undefined) return undefined
    if (isPassed(found)) return { results: found }
    const before = await runCases(this.#parts.connector.spec, files)
    const known = new Set([...before.failed.map(({ place }) => place), ...before.problems])
    const failed = found.failed.filter(({ place }) => !known.has(place))
    const problems = found.problems.filter((problem) => !known.has(problem))
    const failures = { ...found, failed, problems }
    return { results: found, ...(!isPassed(failures) && { failures }) }
  }

  async #findConflict(changes: readonly FileChange[]): Promise<SaveResult | undefined> {
    for (const { path, before } of changes) {
      const text = await this.editable.files.read(path)
      if (text !== before) return { status: 'conflict', path, text }
    }
    return undefined
  }

  /** Undefined: they are written, and run. What does not run is not left behind. */
  async #writeAndRun(changes: readonly FileChange[], { acceptNewKeys }: SaveOptions): Promise<SaveResult | undefined> {
    const { write, reload } = this.editable
    const written = await write?.(changes)
    if (written?.status === 'changed') return { ...written, status: 'conflict' }
    if (written?.status === 'refused') return written
    const problem = await reload?.({ acceptNewKeys })
    if (problem === undefined) return undefined
    await write?.(changes.map(({ path, before, after }) => ({ path, before: after, after: before })))
    await reload?.({ acceptNewKeys: [] })
    return { status: 'refused', reason: `The running process did not take the change: ${problem}` }
  }

  /** Metrics whose delivered events a loaded spec would count again. */
  async changedKeys({ spec }: Pick<LoadedSpec, 'spec'>): Promise<readonly ChangedKey[]> {
    const { store } = this.#parts.connector
    const running = await readRunningSpec(store)
    return running === undefined || spec === undefined ? [] : findChangedKeys(running, spec, store)
  }
}
