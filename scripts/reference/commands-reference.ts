/** The reference page of the command line: every command with its options and examples, settings, exit codes. */
import { cliApp as app } from '../../connector/cli-app.ts'
import type { Setting } from '../../runtime/cli/app.ts'
import type { CommandDefinition } from '../../runtime/cli/command.ts'
import { loadCommands } from '../../runtime/cli/commands/index.ts'
import { COMMON_SETTINGS } from '../../runtime/cli/settings.ts'

const INTRO = `In a checkout every command is \`npm run -s connector -- COMMAND\`, installed it is \`connector COMMAND\`. Each takes \`--help\` and \`--json\`: machine-readable output on stdout, while logs go to stderr.`

const EXIT_CODES = `| Exit code | Meaning |
| --: | --- |
| 0 | success |
| 1 | failure |
| 2 | wrong usage, or a missing setting |
| 3 | the spec has errors |
| 4 | \`plan\` found changes |`

const SETTINGS = 'From the environment, or from `.env` in the working directory; the environment wins.'

export async function renderCommandsPage(note: string): Promise<string> {
  const commands = await loadCommands(app, undefined)
  return [
    '# Commands and settings',
    note,
    INTRO,
    EXIT_CODES,
    ...commands.map(renderCommand),
    '## Settings',
    SETTINGS,
    renderTable(['Setting', 'Purpose', 'Value'], [...app.settings, ...COMMON_SETTINGS].map(toSettingRow)),
    '',
  ].join('\n\n')
}

function renderCommand({ name, aliases = [], summary, operand, options, examples }: CommandDefinition): string {
  const rows = [...(operand === undefined ? [] : [operand]), ...options]
  return [
    `## \`${[name, operand?.flags].filter((part) => part !== undefined).join(' ')}\``,
    aliases.length === 0 ? summary : `${summary} Alias: ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`,
    ...(rows.length === 0
      ? []
      : [
          renderTable(
            ['Option', 'Meaning'],
            rows.map(({ flags, description }) => [`\`${flags}\``, description]),
          ),
        ]),
    `\`\`\`sh\n${examples.map(([line, purpose]) => `connector ${line}    # ${purpose}`).join('\n')}\n\`\`\``,
  ].join('\n\n')
}

const toSettingRow = ({ env, description, howToGet }: Setting): string[] => [`\`${env}\``, description, howToGet]

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
