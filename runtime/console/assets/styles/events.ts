/** The page of one event: its course as a waterfall, quotes, requests. */
export const events = `table.course { width: 100%; border-collapse: collapse; }
table.course th, table.course td { padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line); vertical-align: top; background: none; text-align: left; }
table.course th { font-weight: 400; width: 32%; color: var(--text); font-size: inherit; text-transform: none; overflow-wrap: anywhere; }
table.course th .soft { display: block; font-size: .8125rem; }
table.course .bar-cell { width: 40%; padding-top: .65rem; }
table.course .at, table.course .took { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
table.course .took { text-align: right; padding-right: 0; }
svg.span { display: block; width: 100%; height: .625rem; background: var(--code); border-radius: .2rem; }
svg.span rect { fill: var(--bar-soft); }
svg.span rect.map { fill: var(--warn); }
svg.span rect.send { fill: var(--good); }
svg.span rect.failed { fill: var(--bad); }
blockquote { margin: 0 0 .75rem; padding: .5rem .875rem; border-left: 3px solid var(--bad); background: var(--bad-soft); border-radius: 0 .25rem .25rem 0; overflow-wrap: anywhere; }
.request-line { margin: 0; overflow-wrap: anywhere; }
.field-note, ul.notes { color: var(--warn); font-size: .875rem; }
dt.capital::first-letter { text-transform: capitalize; }
.card > h3 { margin: .75rem 0 .25rem; }
@media (max-width: 40rem) {
  table.course, table.course tbody { display: block; }
  table.course tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .75rem; padding: .375rem 0; border-top: 1px solid var(--line); }
  table.course th, table.course td { display: block; width: auto; padding: 0; border: 0; }
  table.course .bar-cell { grid-column: 1 / -1; width: auto; padding: .25rem 0; order: 3; }
  table.course .at { grid-column: 1; order: 4; font-size: .8125rem; }
  table.course .took { order: 2; }
}
`
