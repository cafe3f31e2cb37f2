/** The main program of a connector whose sides are described by its connector.yaml. */
import { runProcess } from './run-process.ts'
import { createYamlApp, type YamlAppOptions } from './yaml-app.ts'

/** Runs the command line of this process, and sets its exit code. */
export async function runYamlConnector(options: YamlAppOptions): Promise<void> {
  await runProcess(createYamlApp(options))
}

export type { YamlAppOptions }
