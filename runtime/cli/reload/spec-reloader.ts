/** Loads an edited spec into the running process. A spec with errors changes nothing, and says so. */

import type { Connector } from '../../connector.ts'
import { plural } from '../../lib/format.ts'
import type { Store } from '../../ports/store.ts'
import { addToSpecHistory } from '../../running-spec/spec-history.ts'
import { hashSpec } from '../../spec/hash-spec.ts'
import type { SourceFile } from '../../spec/source-file.ts'
import type { Spec } from '../../spec/spec.ts'
import type { ReloadOptions } from '../../spec-editing/types.ts'
import type { CommandContext } from '../command.ts'
import { describeError } from '../errors.ts'
import { fromWorkingDirectory, specFolder } from '../load-spec.ts'
import { formatShort } from '../output/diagnostics.ts'
import { readStates } from './read-states.ts'
import type { ReloadableConnector } from './reloadable-connector.ts'
import { watchFiles } from './watch-files.ts'

export interface ReloaderParts {
  readonly context: CommandContext
  readonly store: Store
  readonly reloadable: ReloadableConnector
  /** Opens a connector for another spec on the same store. */
  readonly open: (spec: Spec, instead?: Partial<ReloadOptions>) => Promise<Connector>
  /** Whether warnings are errors. */
  readonly strict: boolean
}

/** How often the files are looked at. Milliseconds. */
const WATCH_EVERY = 1_000
const MAX_LINES = 5

export class SpecReloader {
  readonly #parts: ReloaderParts
  #problem: string | undefined
  #reloading: Promise<void> = Promise.resolve()
  /** Those of the last try: they are watched. */
  #files: readonly SourceFile[]

  constructor(parts: ReloaderParts) {
    this.#parts = parts
    this.#files = parts.reloadable.connector.spec.sourceFiles
  }

  /** Why the last edit is not running. Undefined: it is. Quotes lines of the spec. */
  problem(): string | undefined {
    return this.#problem
  }

  /** Loads the spec from its folder; one call after the other. Never throws. */
  reload(options?: ReloadOptions): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload(options))
    return this.#reloading
  }

  /** Reloads after each change of the files, once they rest. */
  watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts.context.io
    const read = () => readStates(specFolder(this.#parts.context), this.#files)
    return watchFiles({ read, every: WATCH_EVERY, clock, signal, onChange: () => this.reload() })
  }

  async #reload(options?: ReloadOptions): Promise<void> {
    const { context, reloadable, open, strict } = this.#parts
    const folder = specFolder(context)
    try {
      const { spec, files, diagnostics } = await context.load.spec(folder, context.app)
      this.#files = files
      if (spec === undefined || (strict && diagnostics.length > 0)) {
        const texts = fromWorkingDirectory(diagnostics, folder, context.io.cwd)
        return this.#reject(formatShort(texts, MAX_LINES).join('\n'))
      }
      if (hashSpec(spec.sourceFiles) === hashSpec(reloadable.connector.spec.sourceFiles)) {
        this.#problem = undefined
        context.logger.info('the spec is unchanged')
        return
      }
      // Without a consent, that of the command line holds.
      await this.#replace(await open(spec, options?.acceptNewKeys.length ? options : undefined))
    } catch (error) {
      this.#reject(describeError(error))
    }
  }

  /** Throws if the spec may not run. */
  async #replace(next: Connector): Promise<void> {
    const { reloadable, context, store } = this.#parts
    const before = reloadable.connector.spec
    try {
      await next.adoptSpec()
    } catch (error) {
      await next.close()
      throw error
    }
    await reloadable.replace(next)
    this.#problem = undefined
    await addToSpecHistory(store, next.spec, context.io.clock.now())
    const changed = listChanged(before, next.spec)
    const metrics = new Set(next.spec.mappings.flatMap(({ file, metric }) => (changed.includes(file) ? metric : [])))
    const dead = (await store.groupDeadLetters()).filter(({ metric }) => metric !== undefined && metrics.has(metric))
    const count = dead.reduce((sum, group) => sum + group.count, 0)
    context.logger.info(
      `the spec was reloaded${count > 0 ? `; ${plural(count, 'dead letter')} of its metrics can be replayed` : ''}`,
      {
        spec: hashSpec(next.spec.sourceFiles),
        changed: changed.join(', '),
      },
    )
  }

  #reject(problem: string): void {
    this.#problem = problem
    this.#parts.context.logger.error(`the edited spec is not running; the former one goes on:\n${problem}`)
  }
}

/** The files that differ. */
function listChanged(before: Spec, after: Spec): readonly string[] {
  const texts = new Map(before.sourceFiles.map(({ path, text }) => [path, text]))
  const edited = after.sourceFiles.filter(({ path, text }) => texts.get(path) !== text).map(({ path }) => path)
  const present = new Set(after.sourceFiles.map(({ path }) => path))
  return [...edited, ...[...texts.keys()].filter((path) => !present.has(path))]
}
