/** The number of arguments that a signature accepts. */

/** `max` is Infinity if the last parameter repeats. */
export interface Arity {
  readonly min: number
  readonly max: number
}

/** Parses the arity from a JSONata signature. The context stands in for a parameter marked `-`, so it is optional. */
export function parseArity(signature: string): Arity {
  const [params = ''] = signature
    .slice(1, -1)
    .replace(/<[^<>]*>/g, '')
    .split(':')
  const parameters = [...params.matchAll(/(\([^)]*\)|[a-z])([-?+]?)/g)]
  const optional = parameters.filter(([, , mark]) => mark === '-' || mark === '?').length
  const isRepeated = parameters.some(([, , mark]) => mark === '+')
  return { min: parameters.length - optional, max: isRepeated ? Number.POSITIVE_INFINITY : parameters.length }
}
