/** The main program of a connector whose sides are described by its connector.yaml. */
import process from 'node:process'
import { exitWithin } from '../system.ts'
import { limitHeapGrowth } from './limit-heap.ts'
import { createProcessIo } from './process.ts'
import { runCli } from './run.ts'
import { createYamlApp, type YamlAppOptions } from './yaml-app.ts'

/** Milliseconds for what is under way after the command has ended. */
const EXIT_GRACE = 2_000

/** Runs the command line of this process, and sets its exit code. */
export async function runYamlConnector(options: YamlAppOptions): Promise<void> {
  limitHeapGrowth()
  process.exitCode = await runCli(createYamlApp(options), process.argv.slice(2), createProcessIo(process))
  exitWithin(EXIT_GRACE)
}

export type { YamlAppOptions }
