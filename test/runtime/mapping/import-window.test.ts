/** Which occurrences an import sends, by their time, its window and the moment live delivery began. */
import { expect, test } from 'vitest'
import { findWindowSkip, type RunWindow } from '../../../runtime/mapping/import-window.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = 1_700_000_000_000

/** Times in milliseconds before now. */
interface Case {
  readonly name: string
  readonly age: number
  /** Undefined: not yet. */
  readonly began?: number
  readonly since?: number
  readonly until?: number
  readonly skip: string | undefined
}

const cases: readonly Case[] = [
  { name: 'history, before live began', age: 400 * DAY, skip: undefined },
  { name: 'recent, before live began', age: MINUTE, skip: undefined },
  { name: 'after the start of the run, before live began', age: -MINUTE, skip: 'after-until' },
  { name: 'from before live began an hour ago', age: HOUR + 1, began: HOUR, skip: undefined },
  { name: 'of the moment at which live began', age: HOUR, began: HOUR, skip: 'after-live-began' },
  { name: 'after the start of the run', age: -MINUTE, began: HOUR, skip: 'after-live-began' },
  { name: 'younger than liveWindow', age: DAY - 1, began: 30 * DAY, skip: 'after-live-began' },
  { name: 'as old as liveWindow', age: DAY, began: 30 * DAY, skip: undefined },
  { name: 'before `since`', age: 3 * DAY + 1, since: 3 * DAY, skip: 'before-since' },
  { name: 'at `since`', age: 3 * DAY, since: 3 * DAY, skip: undefined },
  { name: 'before `until`, after live began', age: HOUR + 1, began: DAY, until: HOUR, skip: undefined },
  { name: 'at `until`', age: HOUR, began: DAY, until: HOUR, skip: 'after-until' },
  { name: 'after `until`, older than liveWindow', age: 2 * DAY, began: 30 * DAY, until: 3 * DAY, skip: 'after-until' },
  { name: 'of the last minutes, `until` chosen', age: 9 * MINUTE, began: DAY, until: -DAY, skip: 'after-live-began' },
  { name: 'of ten minutes ago, `until` chosen', age: 10 * MINUTE + 1, began: DAY, until: -DAY, skip: undefined },
  { name: 'of the last minutes, before live began', age: MINUTE, until: -DAY, skip: undefined },
  { name: 'after a `since` that live preceded', age: 2 * HOUR, began: DAY, since: 3 * HOUR, skip: undefined },
  { name: 'after a `since` from before live', age: 2 * HOUR, began: DAY, since: 2 * DAY, skip: 'after-live-began' },
]

test.each(cases)('$name: $skip', async ({ age, began, since, until, skip }) => {
  const run: RunWindow = {
    until: NOW - (until ?? 0),
    ...(until !== undefined && { untilChosen: true }),
    ...(since !== undefined && { since: NOW - since }),
  }
  const rule = { run, now: NOW, liveWindow: DAY, liveSince: () => (began === undefined ? undefined : NOW - began) }
  expect(findWindowSkip(NOW - age, rule)).toBe(skip)
  const late = { ...rule, liveSince: () => Promise.resolve(rule.liveSince()) }
  expect(await findWindowSkip(NOW - age, late)).toBe(skip)
})
