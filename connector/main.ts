#!/usr/bin/env node
/** The bin: hands the assembled connector and this process to the commands. */
import process from 'node:process'
import { limitHeapGrowth } from '../runtime/cli/limit-heap.ts'
import { processIo } from '../runtime/cli/process.ts'
import { runCli } from '../runtime/cli/run.ts'
import { app } from './cli-app.ts'

limitHeapGrowth()
process.exitCode = await runCli(app, process.argv.slice(2), processIo(process))
