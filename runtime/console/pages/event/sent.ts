/** What was sent for an event: the request, built again from the stored record, to copy, to download, and for a shell. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { isObject } from '../../../lib/json.ts'
import type { RequestPreview } from '../../../ports/destination.ts'
import type { EventResult, Json } from '../../../ports/types.ts'
import { copyButton } from '../../copyable.ts'
import { MASK } from '../../raw-record.ts'
import type { Html, PageContext } from '../../types.ts'

export interface SentRequest {
  /** Undefined: the destination does not show its requests, or the event cannot be mapped again. */
  readonly request: RequestPreview | undefined
  /** Why it cannot, as a sentence. */
  readonly unavailable: string | undefined
  /** The texts and numbers that may be shown without a reveal; undefined: all. */
  readonly shown: ReadonlySet<string> | undefined
  /** The address of the download. */
  readonly downloadPath: string
}

export function sentSection(event: EventResult, sent: SentRequest, context: PageContext): Html {
  const title = wasSent(event) ? 'What was sent' : 'What would be sent'
  return html`<section class="card" id="sent" aria-label="${title}"><h2>${title}</h2>${content(event, sent, context)}</section>`
}

/** Whether a request for it left: an answer proves it, and so does a refusal. */
export const wasSent = ({ receipt, fault }: EventResult): boolean =>
  receipt !== undefined || fault?.status !== undefined

function content(
  event: EventResult,
  { request, unavailable, shown, downloadPath }: SentRequest,
  context: PageContext,
): Html {
  const to = capitalize(context.options.connector.spec.destination.name)
  if (request === undefined)
    return html`<p class="soft">${wasSent(event) ? `The request cannot be built again. ${unavailable ?? ''}` : `Nothing was sent to ${to} for it.`}</p>`
  const { method, url, headers, notes } = request
  const curl = shown === undefined ? toCurl(request) : ''
  const body = JSON.stringify(shown === undefined ? request.body : maskBody(request.body, shown), null, 2)
  return html`<p class="soft">Built again from the stored record by the current mapping, and by what is known of the contact now.${event.lane === 'backfill' && ' It was sent in one request with other events; here it is alone.'}</p>
${notes.length > 0 && html`<ul class="plain notes">${notes.map(({ field, note }) => html`<li><code>${field}</code> ${note}</li>`)}</ul>`}
<div class="row apart"><p class="request-line"><strong>${method}</strong> <code>${url}</code></p>${
    shown === undefined &&
    html`<span class="row">${copyButton(body, 'Copy', 'Copy the body')}<a class="button plain small" href="${context.link(downloadPath)}">Download</a></span>`
  }</div>
<details><summary>Headers</summary><dl class="facts">${Object.entries(headers).map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl></details>
<pre class="yaml short" tabindex="0" aria-label="The body of the request"><code id="request-body">${body}</code></pre>
${
  shown === undefined
    ? html`<details><summary>As a command</summary><p class="soft">The key is a variable of the shell. Sending it again counts nothing twice: the request holds the event’s key.</p>
<div class="row apart"><span></span>${copyButton(curl, 'Copy', 'Copy the command')}</div>
<pre class="yaml short" tabindex="0" aria-label="The request as a command"><code id="request-curl">${curl}</code></pre></details>`
    : context.may('read') && html`<p class="soft">Show personal data to copy or download it.</p>`
}`
}

/** Keeps the structure, names, and the values that the page shows anyway. */
function maskBody(body: Json, shown: ReadonlySet<string>): Json {
  if (Array.isArray(body)) return body.map((one: Json) => maskBody(one, shown))
  if (isObject(body))
    return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, maskBody(value ?? null, shown)]))
  const isShown = body === null || typeof body === 'boolean' || body === '' || shown.has(String(body))
  return isShown ? body : MASK
}

/** The request as a POSIX shell takes it. */
function toCurl({ method, url, headers, body }: RequestPreview): string {
  const lines = Object.entries(headers).map(([name, value]) => `--header ${quoteWithVariables(`${name}: ${value}`)}`)
  const all = [`curl --request ${method} ${quote(url)}`, ...lines, `--data-raw ${quote(JSON.stringify(body))}`]
  return all.join(' \\\n  ')
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Double quotes, in which the shell replaces variables and nothing else. */
const quoteWithVariables = (text: string): string => `"${text.replace(/[\\"`]/g, '\\$&')}"`
