/** Runs the pipeline in a process of its own, with the given spec bundle, and prints its result. */
import { pathToFileURL } from 'node:url'
import { runPipeline } from '../pipeline.ts'

const [file] = process.argv.slice(2)
const { built } = file === undefined ? {} : await import(pathToFileURL(file).href)
process.stdout.write(JSON.stringify(await runPipeline(built)))
