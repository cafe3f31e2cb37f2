#!/usr/bin/env node
/** The `connector` command. */
import { runProcess } from '../runtime/cli/run-process.ts'
import { cliApp } from './cli-app.ts'

await runProcess(cliApp)
