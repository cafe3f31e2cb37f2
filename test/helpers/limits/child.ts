/** Evaluates the worst runaways in sequence and prints the code of each. A test runs this process with a small heap. */
import { compileExpression } from '../../../runtime/expression/link.ts'
import type { Fault } from '../../../runtime/ports/fault.ts'
import { evaluateInterpreted } from './evaluate-interpreted.ts'
import { runaways } from './runaways.ts'

for (const { name, text, worst } of runaways) {
  if (!worst) continue
  const engines = [() => compileExpression(text, { place: 'test' }, []).evaluate({}), () => evaluateInterpreted(text)]
  const codes: string[] = []
  for (const run of engines) {
    try {
      await run()
      codes.push('no error')
    } catch (error) {
      codes.push((error as Fault).code.replace('expression/', ''))
    }
  }
  process.stdout.write(`${JSON.stringify([name, ...codes])}\n`)
}
