/** Decides which occurrences an import sends, and which it leaves to live delivery. */
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import type { BackfillRun } from '../ports/types.ts'

/**
 * An import with a chosen window sends whatever has no delivered key, except the newest events: their webhooks, or the
 * source's retry, may still be on their way. Milliseconds.
 */
export const WEBHOOK_DELAY = 10 * 60_000

export type RunWindow = Pick<BackfillRun, 'since' | 'until' | 'untilChosen'>

export interface WindowRule {
  readonly run: RunWindow
  /** Milliseconds since 1970. */
  readonly now: number
  /** Milliseconds: what is older can no longer come live. */
  readonly liveWindow: number
  /** When live delivery of the occurrence's metric began. */
  readonly liveSince: () => MaybePromise<number | undefined>
}

/** Why an import does not send an occurrence of this time. Undefined: it does, unless it was delivered. */
export function findWindowSkip(ms: number, rule: WindowRule): MaybePromise<string | undefined> {
  const { run, now, liveWindow, liveSince } = rule
  if (run.since !== undefined && ms < run.since) return 'before-since'
  const isAfter = ms >= run.until
  if (isAfter && run.untilChosen === true) return 'after-until'
  if (now - ms >= liveWindow) return undefined
  return mapMaybe(liveSince(), (began) => {
    if (ms >= liveEnd(run, { began, now, liveWindow })) return 'after-live-began'
    return isAfter ? 'after-until' : undefined
  })
}

/** Where an import leaves a metric to live delivery, as seen at one moment. Infinite before live delivery has begun. */
export function liveEnd(
  run: RunWindow,
  { began, now, liveWindow }: Pick<WindowRule, 'now' | 'liveWindow'> & { readonly began: number | undefined },
): number {
  if (began === undefined) return Number.POSITIVE_INFINITY
  const isChosen = run.untilChosen === true || (run.since !== undefined && run.since >= began)
  return Math.max(began, now - (isChosen ? Math.min(WEBHOOK_DELAY, liveWindow) : liveWindow))
}
