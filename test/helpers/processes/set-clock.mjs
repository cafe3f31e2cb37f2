/** Preloaded into a process: sets its clock by the milliseconds in the file `CLOCK_STEP` whenever SIGUSR2 arrives. */
import { readFileSync } from 'node:fs'

const now = Date.now
let step = 0
Date.now = () => now() + step

process.on('SIGUSR2', () => {
  step = Number(readFileSync(process.env.CLOCK_STEP ?? '', 'utf8'))
})
