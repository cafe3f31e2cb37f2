/** The machine's own clock, fetch and chance, for hosts that bring none. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Fetch, Logger, Random } from './ports.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal && { signal }).catch(() => undefined),
}

export const systemFetch: Fetch = (request) => fetch(request)

export const systemRandom: Random = () => Math.random()

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
