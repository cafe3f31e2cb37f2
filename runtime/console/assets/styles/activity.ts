/** Charts of events: bars that differ by pattern, their legend, the choice of the time shown; totals and overall progress. */
export const activity = `.activity { margin-inline: 0; }
.activity > * { margin-bottom: .75rem; }
.switch ul { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: .125rem; gap: .125rem; background: var(--code); border: 1px solid var(--line); border-radius: .5rem; }
.switch a { display: block; padding: .2rem .625rem; border-radius: .375rem; color: var(--soft); text-decoration: none; font-size: .8125rem; white-space: nowrap; }
.switch a:hover { color: var(--text); }
.switch a[aria-current] { color: var(--text); background: var(--card); font-weight: 600; box-shadow: 0 0 0 1px var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0; font-variant-numeric: tabular-nums; }
.legend li { display: flex; align-items: center; gap: .375rem; }
.legend svg { flex: none; overflow: visible; }
.activity > .plot { margin-top: 1rem; }
.plot { display: grid; grid-template-columns: 2.75rem minmax(0, 1fr); column-gap: .5rem; }
.plot svg { display: block; width: 100%; overflow: visible; font-size: .75rem; font-variant-numeric: tabular-nums; }
.plot text { fill: var(--soft); }
.plot .counts text { text-anchor: end; }
.plot .grid { stroke: var(--line); shape-rendering: crispEdges; }
.plot .grid.base { stroke: var(--soft); }
.plot .readout text { font-size: .8125rem; }
.plot .readout .when { fill: var(--text); font-weight: 600; font-size: .875rem; }
.plot .total a text { text-decoration: underline; }
.plot .readout.one { visibility: hidden; pointer-events: none; }
.plot .slot:hover > .readout, .plot .slot:focus-within > .readout { visibility: visible; }
.plot svg:has(.slot:hover) > .total, .plot svg:has(.slot:focus-within) > .total { visibility: hidden; }
.plot svg:has(.slot:hover) .slot:not(:hover) > .readout { visibility: hidden; }
.plot .area { fill: transparent; }
.plot .slot:hover .area, .plot .slot:focus-within .area { fill: var(--text); fill-opacity: .07; }
.plot a:focus-visible { outline-offset: 0; }
svg .edge { stroke-width: 1; shape-rendering: crispEdges; }
svg .edge.history { stroke: var(--series-history); }
svg .edge.reconcile { stroke: var(--series-reconcile); }
svg .edge.failed { stroke: var(--series-failed); }
pattern > .ground { fill: var(--series-live); }
pattern.history > .ground { fill: color-mix(in srgb, var(--series-history) 25%, var(--card)); }
pattern.history > .ink { stroke: var(--series-history); stroke-width: 1.5; }
pattern.reconcile > .ground { fill: color-mix(in srgb, var(--series-reconcile) 20%, var(--card)); }
pattern.reconcile > .ink { fill: var(--series-reconcile); }
pattern.failed > .ground { fill: color-mix(in srgb, var(--series-failed) 20%, var(--card)); }
pattern.failed > .ink { stroke: var(--series-failed); stroke-width: 1.25; }
.bare { list-style: none; margin: 0; padding: 0; }
.overall { margin-bottom: 1rem; }
.overall p { margin-bottom: .375rem; }
.overall progress { height: .625rem; }
dl.across { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: .75rem 0 0; }
dl.across dt { color: var(--soft); font-size: var(--text-sm); }
dl.across dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.totals { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; list-style: none; margin: 0 0 .75rem; padding: 0; }
.totals > li > .soft { font-size: var(--text-sm); }
th.topic code { overflow-wrap: break-word; }
@media (min-width: 80rem) { th.topic code { white-space: nowrap; overflow-wrap: normal; } }
summary > h2 { display: inline; }
td.course svg.chart { width: 7rem; }
@media (max-width: 40rem) {
  .switch a { padding: .2rem .375rem; font-size: .75rem; }
  .plot { grid-template-columns: 2rem minmax(0, 1fr); }
  .plot .times .minor { display: none; }
  table.stack td.quiet { display: none; }
  table.stack .bare { text-align: start; }
}
`
