/** Links fault codes and skip reasons to their reference page, and bugs to the issue tracker. */
import { html } from 'hono/html'
import { faultUrl } from '../fault-reference.ts'
import type { FaultInfo } from '../ports/types.ts'
import { skipReasonUrl } from '../skip-reasons.ts'
import type { ConsoleOptions, Html } from './types.ts'

type Links = Pick<ConsoleOptions, 'app'>

/** The code of a fault, linked where the app names its repository. */
export const faultCode = (code: string, { app }: Links): Html =>
  codeLink(code, app.homepage && faultUrl(code, app.homepage))

export const skipReasonCode = (reason: string, { app }: Links): Html =>
  codeLink(reason, app.homepage && skipReasonUrl(reason, app.homepage))

function codeLink(code: string, url: string | undefined): Html {
  return url ? html`<a href="${url}" rel="noreferrer"><code>${code}</code></a>` : html`<code>${code}</code>`
}

/** Only for faults that the maintainers must fix. */
export function bugReportLink({ kind }: Pick<FaultInfo, 'kind'>, { app }: Links): Html | false {
  return (
    kind === 'bug' && app.bugsUrl !== undefined && html` <a href="${app.bugsUrl}" rel="noreferrer">Report this bug</a>`
  )
}
