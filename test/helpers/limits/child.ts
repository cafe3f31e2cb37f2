/** Evaluates the worst of the runaways one after another, and says how each ended. Run with a small heap. */
import { compile } from '../../../runtime/expression/compile.ts'
import type { Fault } from '../../../runtime/ports/fault.ts'
import { runaways } from './cases.ts'
import { interpreted } from './engines.ts'

for (const { name, text, worst } of runaways) {
  if (!worst) continue
  const engines = [() => compile(text, { place: 'test' }, []).evaluate({}), () => interpreted(text)]
  const ends: string[] = []
  for (const run of engines) {
    try {
      await run()
      ends.push('gave something')
    } catch (error) {
      ends.push((error as Fault).code.replace('expression/', ''))
    }
  }
  process.stdout.write(`${JSON.stringify([name, ...ends])}\n`)
}
