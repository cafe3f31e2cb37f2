/** Files of a base and the expressions in them, parsed once for the specs of many tenants. */
import type { ExecutableText } from '../expression/origin-expression.ts'
import type { Parsed, Problem } from '../expression/parse.ts'
import type { PlacedYaml, YamlFile } from './yaml.ts'

/**
 * Filled by the load of the base, and only read once that is complete: what a tenant adds of its own is kept by its spec
 * alone.
 */
export class SharedFiles {
  /** By text. */
  readonly parsed = new Map<string, Parsed | Problem>()
  /** By text. */
  readonly linked = new Map<string, ExecutableText>()
  readonly #files = new Map<string, YamlFile>()
  readonly #validated = new WeakMap<PlacedYaml, Map<string, unknown>>()
  #isFull = false

  get isFull(): boolean {
    return this.#isFull
  }

  complete(): void {
    this.#isFull = true
  }

  /** A file of the base. */
  file(path: string, text: string, parse: () => YamlFile): YamlFile {
    const known = this.#files.get(path)
    if (known?.file.text === text) return known
    const file = parse()
    if (!this.#isFull) this.#files.set(path, file)
    return file
  }

  /** The result for the same file as the same kind. */
  validate<T>(kind: string, yaml: PlacedYaml, validate: () => T): T {
    const known = this.#validated.get(yaml) ?? new Map<string, unknown>()
    if (!known.has(kind)) known.set(kind, validate())
    this.#validated.set(yaml, known)
    return known.get(kind) as T
  }
}
