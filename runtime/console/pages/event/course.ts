/** The course of a record as a waterfall: each wait and attempt with its start, its length and its end. */
import { html } from 'hono/html'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Attempt, AttemptTiming, FaultInfo } from '../../../ports/types.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { faultCode } from '../../fault-link.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'

type SpanKind = 'wait' | 'map' | 'send' | 'failed'

export interface Span {
  readonly kind: SpanKind
  readonly label: string
  /** Milliseconds since 1970. */
  readonly start: number
  readonly end: number
  readonly fault?: FaultInfo
}

/** `now`: until when a record waits that has not ended. */
export function toSpans(entry: LedgerEntry, now: number): readonly Span[] {
  const { receivedAt, attempts = [], settledAt, outcome, status, due } = entry
  const spans: Span[] = []
  let at = receivedAt
  for (const attempt of attempts) {
    spans.push(...attemptSpans(attempt, at))
    at = attempt.replayed ?? attempt.last ?? attempt.at
  }
  if (settledAt !== undefined && outcome !== undefined) {
    const fault = outcome.status === 'dead' ? outcome.fault : undefined
    const heldMs = Math.max(0, ...(outcome.events ?? []).map(({ receipt }) => receipt?.heldMs ?? 0))
    return [...spans, ...endSpans({ from: at, end: settledAt, timing: outcome.timing, fault, heldMs })]
  }
  const label = status === 'leased' ? 'Being delivered' : due === undefined ? 'Queued' : 'Waiting for the next attempt'
  return [...spans, { kind: 'wait', label, start: at, end: Math.max(at, now) }]
}

function attemptSpans(attempt: Attempt, from: number): readonly Span[] {
  const { at, last, count = 1, fault, awaits, replayed, dismissed, timing } = attempt
  if (awaits !== undefined)
    return [{ kind: 'wait', label: capitalize(describeSkipReason(awaits)), start: from, end: last ?? at }]
  const ended = endSpans({ from, end: at, timing: count > 1 ? undefined : timing, fault })
  const more: Span[] =
    last === undefined
      ? []
      : [
          {
            kind: 'failed',
            label: `${plural(count - 1, 'more attempt')} with the same result`,
            start: at,
            end: last,
          },
        ]
  const after = replayed ?? (dismissed === undefined ? undefined : at)
  const stood: Span[] =
    after === undefined
      ? []
      : [
          {
            kind: 'wait',
            label: dismissed === undefined ? 'Failed, until it was retried' : 'Dismissed',
            start: last ?? at,
            end: after,
          },
        ]
  return [...ended, ...more, ...stood]
}

interface AttemptEnd {
  /** When the record was received, or the attempt before it ended. */
  readonly from: number
  readonly end: number
  readonly timing: AttemptTiming | undefined
  readonly fault: FaultInfo | undefined
  /** Of the time after mapping, what limits of the destination held the request. Default: 0. */
  readonly heldMs?: number
}

function endSpans({ from, end, timing, fault, heldMs = 0 }: AttemptEnd): readonly Span[] {
  const kind = fault === undefined ? 'send' : 'failed'
  const own = fault && { fault }
  if (timing === undefined) return [{ kind, label: 'Waited, mapped and sent', start: from, end, ...own }]
  const { startedAt, mappedMs } = timing
  const start = clamp(startedAt, from, end)
  const wait: Span = { kind: 'wait', label: 'Waited for its turn', start: from, end: start }
  if (mappedMs === undefined) return [wait, { kind, label: 'Attempted', start, end, ...own }]
  const mapped = clamp(start + mappedMs, start, end)
  const sent = clamp(mapped + heldMs, mapped, end)
  return [
    wait,
    { kind: 'map', label: 'Mapped, with data read for it', start, end: mapped },
    ...(sent > mapped ? [{ kind: 'wait', label: 'Held by the rate limit', start: mapped, end: sent } as const] : []),
    { kind, label: 'Sent, until the answer was stored', start: sent, end, ...own },
  ]
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most))

/** The width of the drawing; the least of a bar, so that each can be seen. */
const WIDTH = 1000
const LEAST = 6

export function courseSection(entry: LedgerEntry, context: PageContext): Html {
  const spans = toSpans(entry, context.options.clock.now())
  const start = entry.receivedAt
  const end = Math.max(start + 1, ...spans.map((span) => span.end))
  const { attempt } = entry
  const attempts = attempt > 0 ? `${plural(attempt, 'attempt')}, ` : ''
  return html`<section class="card" id="course" aria-label="Processing"><div class="row apart"><h2>Processing</h2><span class="soft">${attempts}${formatMs(end - start)} since it was received</span></div>
<table class="course"><thead class="hidden"><tr><th scope="col">Step</th><th scope="col">Share of the time</th><th scope="col">Began</th><th scope="col">Took</th></tr></thead>
<tbody>
<tr><th scope="row">Received</th><td class="bar-cell"></td><td class="at">${timeElement(start)}</td><td class="took"></td></tr>
${spans.map((span) => spanRow(span, { start, end }, context))}</tbody></table></section>`
}

function spanRow(span: Span, whole: Pick<Span, 'start' | 'end'>, { options }: PageContext): Html {
  const { kind, label, start, end, fault } = span
  const scale = WIDTH / (whole.end - whole.start)
  const width = Math.max(LEAST, (end - start) * scale)
  const x = Math.min((start - whole.start) * scale, WIDTH - width)
  const why =
    fault &&
    html`<span class="soft">${capitalize(fault.message)} (${faultCode(fault.code, options)}${fault.status !== undefined && `, status ${fault.status}`})</span>`
  return html`<tr><th scope="row">${label}${why}</th><td class="bar-cell"><svg class="span" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="${kind}" x="${round(x)}" y="0" width="${round(width)}" height="10" rx="2"/></svg></td><td class="at">${timeElement(start)}</td><td class="took">${formatMs(end - start)}</td></tr>`
}

const round = (value: number) => Math.round(value * 10) / 10

/** `12 ms`, else as everywhere. */
const formatMs = (ms: number): string => (ms < 1000 ? `${formatCount(Math.round(ms))} ms` : formatDuration(ms))
