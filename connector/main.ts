#!/usr/bin/env node
/** The `connector` command. */
import process from 'node:process'
import { limitHeapGrowth } from '../runtime/cli/limit-heap.ts'
import { createProcessIo } from '../runtime/cli/process.ts'
import { runCli } from '../runtime/cli/run.ts'
import { exitWithin } from '../runtime/system.ts'
import { cliApp } from './cli-app.ts'

const EXIT_GRACE_MS = 2_000

limitHeapGrowth()
process.exitCode = await runCli(cliApp, process.argv.slice(2), createProcessIo(process))
exitWithin(EXIT_GRACE_MS)
