/** The cases of the spec, run by a changed one. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import type { CaseResults } from '../../../spec-editing/types.ts'
import type { Html } from '../../types.ts'

/** `program`: the name of the command. */
export function testsPanel({ passed, failed, problems, leftOut }: CaseResults, program?: string): Html {
  if (passed + failed.length + problems.length + (leftOut ?? 0) === 0)
    return html`<p>There are no cases. They are YAML files in <code>tests/</code> beside <code>connector.yaml</code>.</p>`
  const isGood = failed.length + problems.length === 0
  const counts = [
    ...(failed.length > 0 ? [`${plural(failed.length, 'case')} failed`] : []),
    ...(problems.length > 0 ? [`${plural(problems.length, 'mistake')} in cases`] : []),
  ]
  return html`<p class="message ${isGood ? 'good' : 'bad'}">${isGood ? `${plural(passed, 'case')} passed.` : `${counts.join(', ')}, ${passed} passed.`}</p>
${failed.length > 0 && html`<ul class="changes">${failed.map(({ name, place, text }, index) => html`<li><details${index === 0 && html` open`}><summary>${name}</summary><p class="place">${place}</p><pre class="diff" tabindex="0" aria-label="${name}"><code>${text}</code></pre></details></li>`)}</ul>`}
${problems.length > 0 && html`<p>Cases that do not fit this text, so they did not run:</p><ul class="plain">${problems.map((one) => html`<li>${one}</li>`)}</ul>`}
${leftOut !== undefined && html`<p class="soft">${leftOutText(leftOut, program)}</p>`}`
}

/** Running them takes as long again, in a process that delivers. */
export const leftOutText = (count: number, program = 'connector'): string =>
  `${plural(count, 'course or recording', 'courses and recordings')} did not run here: run "${program} test" in a terminal.`
