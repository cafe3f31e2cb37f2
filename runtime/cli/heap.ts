/** Keeps the process small. For the bin alone: a host decides about its own process. */
import { setFlagsFromString } from 'node:v8'

/**
 * Evaluating expressions makes much short-lived garbage. Left to itself V8 lets the heap grow to four times what is
 * alive before it collects: measured on an import of 100,000 conversations, 310 MB resident against 210 MB with this.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=40')
}
