/** Loads a module that a function needs. A failed load is tried again: no event is to blame for it. */
import { Fault } from '../../runtime/ports/fault.ts'

export interface ModuleSource<T> {
  /** For messages. */
  readonly name: string
  readonly load: () => Promise<T>
  /** From the second try on: Node remembers a failed `import()` for the life of the process. */
  readonly loadAgain: (attempt: number) => Promise<T>
}

export class ModuleLoader<T> {
  readonly #source: ModuleSource<T>
  #module: T | undefined
  #loading: Promise<void> | undefined
  #failures = 0

  constructor(source: ModuleSource<T>) {
    this.#source = source
  }

  /** Undefined until it is loaded. */
  get module(): T | undefined {
    return this.#module
  }

  /** Returns undefined once loaded. Rejects with a transient `Fault`, and tries again at the next call. */
  load(): Promise<void> | undefined {
    if (this.#module !== undefined) return undefined
    if (this.#loading === undefined) {
      this.#loading = this.#loadOnce().finally(() => {
        this.#loading = undefined
      })
      // Compiled code only asks whether it is loaded, and waits for no promise.
      this.#loading.catch(() => undefined)
    }
    return this.#loading
  }

  async #loadOnce(): Promise<void> {
    const { name, load, loadAgain } = this.#source
    try {
      this.#module = await (this.#failures > 0 ? loadAgain(this.#failures) : load())
    } catch (error) {
      this.#failures++
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code'
      const message = `the ${name} could not be loaded (${code}); will retry`
      throw new Fault('transient', 'expression/not-loaded', message, {
        cause: error,
        permanent: false,
        unanswered: false,
      })
    }
  }
}
