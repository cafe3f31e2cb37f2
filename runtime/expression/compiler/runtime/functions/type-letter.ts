/** The type of a value, by its letter in a JSONata signature: `s`, `n`, `b`, `l`, `o`, `a`, `f`, and `m` for undefined. */

/** `?`: an object with JSONata's mark, which it may take for a function. */
export function typeLetter(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 's'
    case 'number':
      return 'n'
    case 'boolean':
      return 'b'
    case 'function':
      return 'f'
    case 'object':
      if (value === null) return 'l'
      if (Array.isArray(value)) return 'a'
      return '_jsonata_function' in value || '_jsonata_lambda' in value ? '?' : 'o'
    default:
      return 'm'
  }
}
