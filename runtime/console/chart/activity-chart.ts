/** A chart of events by when they happened, as SVG: stacked bars, each a link to its events, with a table of the same counts. */
import { html } from 'hono/html'
import { formatCount } from '../../lib/format.ts'
import { countLink } from '../count-link.ts'
import { eventsLink } from '../event-links.ts'
import type { Html, PageContext } from '../types.ts'
import { type CountAxis, countAxis, describeSpan, timeTicks } from './axis.ts'
import {
  type ActivityChart,
  addBars,
  type Bar,
  barFilter,
  countAll,
  describeCounts,
  NONE,
  SERIES,
  type SeriesName,
  seriesFilter,
} from './bars.ts'
import { chartTable } from './chart-table.ts'
import { type ChartRange, RANGE_NAMES, rangeLabel, rangeUnit } from './ranges.ts'

type Links = Pick<PageContext, 'link'>

/** Pixels. The width is that of the page, so that text keeps its size. */
const PLOT = { top: 44, height: 160, bottom: 24 } as const
const HEIGHT = PLOT.top + PLOT.height + PLOT.bottom
const BASE = PLOT.top + PLOT.height
/** Of a segment that counts anything. */
const MIN_SEGMENT = 2

export function activityChart(chart: ActivityChart, links: Links): Html {
  const { id, title, bars, range } = chart
  const axis = countAxis(Math.max(0, ...bars.map(({ counts }) => countAll(counts))))
  return html`<figure class="card activity" aria-labelledby="${id}-title">
<div class="row apart"><figcaption><h2 id="${id}-title">${title}</h2></figcaption>${rangeSwitch(range.name)}</div>
${legend(chart, links)}
<div class="plot">${countLabels(axis)}
<svg id="${id}" role="group" aria-label="${title}, the last ${range.label} by the ${rangeUnit(range.name)}" height="${HEIGHT}" data-bars>
<defs>${SERIES.map(({ name }) => texture(id, name))}</defs>
${axis.ticks.map(({ count }) => gridLine(count, axis))}
${timeLabels(chart)}
${totalReadout(chart, links)}
${bars.every(({ counts }) => countAll(counts) === 0) && html`<text x="50%" y="${PLOT.top + PLOT.height / 2}" text-anchor="middle">Nothing happened in the last ${range.label}.</text>`}
${bars.map((bar, at) => column(chart, { bar, at, axis }, links))}
</svg></div>
${chartTable(chart, links)}
</figure>`
}

/** Links, so that the choice works without the script and stays in the address. */
function rangeSwitch(current: ChartRange['name']): Html {
  return html`<nav class="switch" aria-label="Time shown"><ul>${RANGE_NAMES.map((name) => html`<li><a href="?range=${name}"${name === current && html` aria-current="true"`}>${rangeLabel(name)}</a></li>`)}</ul></nav>`
}

/** The totals of the series. Its marks repeat the pattern of the bars. */
function legend({ id, bars, metric }: ActivityChart, links: Links): Html {
  const totals = addBars(bars)
  const window = { metric, since: bars[0]?.since, until: bars.at(-1)?.until }
  return html`<ul class="legend">${SERIES.map(
    ({ name, label }) =>
      html`<li><svg width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="2" class="edge ${name}" fill="url(#${id}-${name})"/></svg> ${label} ${countLink(totals[name], { ...window, ...seriesFilter(name) }, links)}</li>`,
  )}</ul>`
}

/** Solid, dots, stripes, crossed: readable without colours. The marks of a failure are the strongest. */
function texture(id: string, name: SeriesName): Html {
  const marks = {
    live: '',
    reconcile: html`<circle cx="3" cy="3" r="1.4" class="ink"/>`,
    history: html`<path d="M-1 7 7-1M-1 1 1-1M5 7 7 5" class="ink"/>`,
    failed: html`<path d="M0 0 6 6M6 0 0 6" class="ink"/>`,
  }[name]
  return html`<pattern id="${id}-${name}" class="${name}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="ground"/>${marks}</pattern>`
}

const yOf = (count: number, { top }: CountAxis) => BASE - Math.round((count / top) * PLOT.height)

const gridLine = (count: number, axis: CountAxis): Html =>
  html`<line x1="0" x2="100%" y1="${yOf(count, axis)}" y2="${yOf(count, axis)}" class="grid${count === 0 ? ' base' : ''}"/>`

function countLabels(axis: CountAxis): Html {
  return html`<svg class="counts" height="${HEIGHT}" aria-hidden="true">${axis.ticks.map(({ count, label }) => html`<text x="100%" y="${yOf(count, axis) + 4}">${label}</text>`)}</svg>`
}

const percent = (value: number) => `${Number((value * 100).toFixed(3))}%`

function timeLabels({ bars, range }: ActivityChart): Html {
  return html`<g class="times" aria-hidden="true">${timeTicks(bars, range).map(({ at, label, isMinor }) => {
    const middle = (at + 0.5) / bars.length
    const anchor = middle < 0.05 ? 'start' : middle > 0.95 ? 'end' : 'middle'
    const x = { start: 0, middle, end: 1 }[anchor]
    return html`<text x="${percent(x)}" y="${HEIGHT - 6}" text-anchor="${anchor}"${(isMinor || anchor === 'end') && html` class="minor"`}>${label}</text>`
  })}</g>`
}

/** Shown until a bar is pointed at or has the focus. */
function totalReadout({ bars, range, metric }: ActivityChart, links: Links): Html {
  const totals = addBars(bars)
  const sent = countAll(totals) - totals.failed
  const title = html`<text y="14" class="when">${formatCount(sent)} in the last ${range.label}</text>`
  const href = eventsLink({ metric, outcome: 'delivered', since: bars[0]?.since, until: bars.at(-1)?.until }, links)
  return html`<g class="readout total">${sent === 0 ? title : html`<a href="${href}">${title}</a>`}
<text y="32">by when it happened${range.zone.label && `, in ${range.zone.label}`}</text></g>`
}

interface Column {
  readonly bar: Bar
  readonly at: number
  readonly axis: CountAxis
}

/**
 * The link of a column covers its whole height, and those of its parts lie on it. One column is a tab stop, and arrow keys
 * move on from there, which needs the script; the table holds the same links.
 */
function column(chart: ActivityChart, { bar, at, axis }: Column, links: Links): Html {
  const { bars, range, metric } = chart
  const { since, until, counts } = bar
  const span = describeSpan(bar, range)
  const text = describeCounts(counts)
  const area = html`<rect class="area" x="${percent(at / bars.length)}" y="${PLOT.top}" width="${percent(1 / bars.length)}" height="${PLOT.height}"/>`
  const isTabStop = at === bars.findLastIndex((one) => countAll(one.counts) > 0)
  const whole =
    countAll(counts) === 0
      ? area
      : html`<a href="${eventsLink({ metric, since, until, ...barFilter(counts) }, links)}" class="whole" aria-label="${span}: ${text}"${!isTabStop && html` tabindex="-1"`}>${area}</a>`
  return html`<g class="slot">${whole}
${stack(counts, axis).map((part) => segment(chart, { bar, at, part }, links))}
<g class="readout one" aria-hidden="true"><text y="14" class="when">${span}</text><text y="32">${text}</text></g></g>`
}

interface Segment {
  readonly name: SeriesName
  readonly y: number
  readonly height: number
}

/** The parts of a bar from the bottom up, in whole pixels. */
export function stack(counts: Bar['counts'], { top }: Pick<CountAxis, 'top'>): readonly Segment[] {
  let y = BASE
  return SERIES.filter(({ name }) => counts[name] > 0).map(({ name }) => {
    const height = Math.max(MIN_SEGMENT, Math.round((counts[name] / top) * PLOT.height))
    y -= height
    return { name, y, height }
  })
}

/** Room between two bars, as a part of a bar. */
const GAP = 0.24

interface BarPart {
  readonly bar: Bar
  readonly at: number
  readonly part: Segment
}

function segment({ id, bars, range, metric }: ActivityChart, { bar, at, part }: BarPart, links: Links): Html {
  const { since, until, counts } = bar
  const { name, y, height } = part
  const href = eventsLink({ metric, since, until, ...seriesFilter(name) }, links)
  const label = `${describeSpan(bar, range)}: ${describeCounts({ ...NONE, [name]: counts[name] })}`
  const [x, width] = [percent((at + GAP / 2) / bars.length), percent((1 - GAP) / bars.length)]
  return html`<a href="${href}" tabindex="-1" aria-label="${label}"><rect x="${x}" y="${y}" width="${width}" height="${height}" class="edge ${name}" fill="url(#${id}-${name})"/></a>`
}
