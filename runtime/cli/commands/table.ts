/** Every command there is. A new one is a file beside this and a row here. */
import type { App } from '../app.ts'
import type { CommandRow } from '../command.ts'
import { backfill } from './backfill.ts'
import { build } from './build.ts'
import { check } from './check.ts'
import { listDeadLetters, replayDeadLetters } from './dead-letters.ts'
import { demo } from './demo.ts'
import { preview } from './preview.ts'
import { sandbox } from './sandbox.ts'
import { start } from './start.ts'
import { trace } from './trace.ts'
import { validate } from './validate.ts'

/** In the order the help shows them. Some options depend on what is connected. */
export function commandTable(app: App): readonly CommandRow[] {
  return [
    start,
    backfill,
    validate,
    build,
    preview,
    check,
    trace,
    listDeadLetters,
    replayDeadLetters,
    sandbox(app),
    demo,
  ]
}

/** What the first word of a two-word command stands for. */
export const GROUPS: Readonly<Record<string, string>> = {
  'dead-letters': 'Records that could not be delivered: see them, send them again.',
}
