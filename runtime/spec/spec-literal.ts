/** Writes the data of a spec as the body of a function that builds it from its expressions, `e`. */
import { toLiteral } from '../expression/compiler/emit/literal.ts'
import type { Expression } from '../expression/expression.ts'

/** The body of the function. What several parts of the spec share is written once, and shared again. */
export function writeSpecLiteral(sections: object, expressions: ReadonlyMap<Expression, number>): string {
  const writer = new LiteralWriter(sections, expressions)
  const whole = writer.write(sections)
  return [...writer.constants, `return ${whole}`].join('\n')
}

class LiteralWriter {
  /** Declarations, each after those it reads. */
  readonly constants: string[] = []
  readonly #expressions: ReadonlyMap<unknown, number>
  readonly #shared: ReadonlySet<object>
  readonly #names = new Map<object, string>()

  constructor(root: object, expressions: ReadonlyMap<Expression, number>) {
    this.#expressions = expressions
    this.#shared = findShared(root, expressions)
  }

  write(value: unknown): string {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return toLiteral(value)
    if (value === null) return 'null'
    if (typeof value !== 'object') throw new TypeError(`a ${typeof value} of a spec cannot be built`)
    const index = this.#expressions.get(value)
    if (index !== undefined) return `e[${index}]`
    if (!this.#shared.has(value)) return this.#writeObject(value)
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const source = this.#writeObject(value)
    const name = `c${this.#names.size}`
    this.#names.set(value, name)
    this.constants.push(`const ${name} = ${source}`)
    return name
  }

  #writeObject(value: object): string {
    if (value instanceof Map) return `new Map(${this.#writeList([...value])})`
    if (value instanceof Set) return value.size === 0 ? 'new Set()' : `new Set(${this.#writeList([...value])})`
    if (Array.isArray(value)) return this.#writeList(value)
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('only plain data of a spec can be built')
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return `{ ${members.map(([key, member]) => `${toKey(key)}: ${this.write(member)}`).join(', ')} }`
  }

  #writeList = (items: readonly unknown[]): string => `[${items.map((item) => this.write(item)).join(', ')}]`
}

/** A literal `__proto__` would set the prototype. */
function toKey(key: string): string {
  if (key === '__proto__') return '["__proto__"]'
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : toLiteral(key)
}

/** Objects with more than one reference. */
function findShared(root: object, expressions: ReadonlyMap<unknown, number>): ReadonlySet<object> {
  const [found, shared] = [new Set<object>(), new Set<object>()]
  const stack: unknown[] = [root]
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value !== 'object' || value === null || expressions.has(value)) continue
    if (found.has(value)) {
      shared.add(value)
      continue
    }
    found.add(value)
    const members = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
    stack.push(...members.filter((member) => member !== undefined))
  }
  return shared
}
