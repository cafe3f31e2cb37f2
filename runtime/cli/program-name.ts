/** The name of the command in texts. Those of the core name commands as `connector …`. */
import type { Output } from './io.ts'

export const DEFAULT_PROGRAM = 'connector'

/** Output that shows the commands of another program under its own name. */
export function withProgramName(output: Output, program: string, commands: ReadonlySet<string>): Output {
  const rename = (text: string) =>
    text.replace(/\bconnector ([a-z-]+)/g, (whole, word: string) =>
      commands.has(word) || word.startsWith('--') ? `${program} ${word}` : whole,
    )
  return {
    write: (text) => output.write(rename(text)),
    get isTTY() {
      return output.isTTY
    },
    get columns() {
      return output.columns
    },
  }
}
