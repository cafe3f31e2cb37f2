/** Keeps the process small. For the bin alone: a host decides about its own process. */
import { setFlagsFromString } from 'node:v8'

/**
 * Left to itself V8 lets the heap grow to four times what is alive before it collects it. To twice is the better
 * bargain: an import takes a tenth more of the processor at 40 % than at 100 %, and saves 25 MB of 240.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=100')
}
