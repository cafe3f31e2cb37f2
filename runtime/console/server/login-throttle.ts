/** How often a password may be tried: from one address, and from everywhere. */
import type { Clock } from '../../ports/effects.ts'

export interface LoginThrottle {
  /** Milliseconds until another try is heard. 0: now. */
  wait(address: string): number
  failed(address: string): void
  /** The right password clears its address. */
  passed(address: string): void
}

const SPAN = 15 * 60_000
const FROM_ONE = 10
/** Many addresses together: guessing stays hopeless, and the one who knows the password is not shut out for long. */
const FROM_ALL = 200

export function loginThrottle(clock: Clock): LoginThrottle {
  let failures: { readonly at: number; readonly address: string }[] = []
  const recent = () => {
    failures = failures.filter(({ at }) => clock.now() - at < SPAN)
    return failures
  }
  /** Until only so many are left that one more is allowed. */
  const until = (times: readonly { at: number }[], most: number) => {
    const last = times.at(-most)
    return last === undefined ? 0 : last.at + SPAN - clock.now()
  }
  return {
    wait(address) {
      const all = recent()
      const own = all.filter((it) => it.address === address)
      return Math.max(until(own, FROM_ONE), until(all, FROM_ALL))
    },
    failed: (address) => void recent().push({ at: clock.now(), address }),
    passed(address) {
      failures = failures.filter((it) => it.address !== address)
    },
  }
}
