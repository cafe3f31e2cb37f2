/** Keeps the process small. Only for the bin: a host configures its own process. */
import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap double before V8 collects it, instead of growing to four times its live size. Measured on an import:
 * 40 % instead of 100 % saves another 25 MB of 240 MB, for a tenth more processor time.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=100')
}
