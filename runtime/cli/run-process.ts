/** The main program of a connector: its command line, in this process. */
import process from 'node:process'
import { exitWithin } from '../system.ts'
import type { CliApp } from './app.ts'
import { limitHeapGrowth } from './limit-heap.ts'
import { createProcessIo } from './process.ts'
import { runCli } from './run.ts'

/** Milliseconds for what is under way after the command has ended. */
const EXIT_GRACE = 2_000

/** Runs the command line of this process, and sets its exit code. */
export async function runProcess(app: CliApp): Promise<void> {
  limitHeapGrowth()
  process.exitCode = await runCli(app, process.argv.slice(2), createProcessIo(process))
  exitWithin(EXIT_GRACE)
}
