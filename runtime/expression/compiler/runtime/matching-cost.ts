/** The steps that matching a regular expression costs. */
import { FEW_WAYS } from '../regex/few-ways.ts'
import { PER_STEP } from './limits.ts'

/** Steps to charge for matching a string of this length: the worst case. */
export type MatchingCost = (characters: number) => number

const linearCost: MatchingCost = (characters) => Math.floor(characters / PER_STEP)

/** At this cost a string of 64,000 characters exhausts the default limit, within seconds. */
const quadraticCost: MatchingCost = (characters) => Math.floor(characters / PER_STEP) ** 2

/** By the power of the worst-case time, and its factor. A power of 3 fails the checks of a spec. */
export function toMatchingCost(power: number, ways?: number): MatchingCost {
  if (power === 3) return quadraticCost
  if (ways === undefined) return power === 1 ? linearCost : quadraticCost
  // Even a short string costs something then.
  return power === 1
    ? (characters) => linearCost(characters) + Math.ceil((characters * ways) / PER_STEP ** 2)
    : (characters) => Math.ceil(((characters / PER_STEP) ** 2 * ways) / FEW_WAYS)
}
