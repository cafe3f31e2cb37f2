/** Tables, which become lists of labelled values on a phone. */
export const tables = `.table { overflow-x: auto; margin: 0 0 var(--gap); background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); }
.card .table { border: 0; box-shadow: none; margin: 0 -1.125rem -1rem; border-radius: 0 0 var(--radius) var(--radius); }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 620; padding: .75rem 1.125rem; }
caption .soft { font-weight: 400; }
th, td { text-align: left; vertical-align: top; padding: .5625rem .75rem; border-top: 1px solid var(--line); }
:is(th, td):first-child { padding-left: 1.125rem; }
:is(th, td):last-child { padding-right: 1.125rem; }
td .soft, tr.shown td { overflow-wrap: anywhere; }
thead th { color: var(--soft); background: var(--card); font-weight: 500; font-size: var(--text-sm); white-space: nowrap; vertical-align: bottom; }
thead:first-child th { border-top: 0; }
thead:first-child th:first-child { border-top-left-radius: var(--radius); }
thead:first-child th:last-child { border-top-right-radius: var(--radius); }
tbody th { font-weight: 600; }
tbody tr:not(.shown):hover > :is(th, td) { background: color-mix(in srgb, var(--sunken) 60%, transparent); }
td.number, th.number { text-align: right; white-space: nowrap; }
td time { white-space: nowrap; }
table.middle td, table.middle th { vertical-align: middle; }
tr.shown td { background: var(--page); }
tr.shown h3 { margin: .75rem 0 .25rem; }
tr.shown h3:first-child { margin-top: 0; }
td > ul.plain { margin: 0; padding-left: 1.1rem; }
@media (min-width: 40.01rem) {
  td > .value:only-child { display: inline-block; min-width: 7rem; }
  td.outcome { min-width: 12rem; }
}
td meter { margin-right: .5rem; }
/* Code scrolls in its cell instead of widening the table. */
:is(td, th) pre { contain: inline-size; min-width: min(16rem, 60vw); font-weight: 400; }
.person { min-width: 9rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; justify-content: space-between; }
.person > span { overflow-wrap: anywhere; }
.origin { display: block; overflow-wrap: break-word; background: none; padding: 0; color: var(--soft); font-size: var(--text-sm); }
@media (max-width: 79.99rem) {
  td time, thead th { white-space: normal; }
  th, td { padding-inline: .5rem; }
}
@media (max-width: 40rem) {
  table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.stack, table.stack caption, table.stack tbody { display: block; }
  table.stack tr { display: block; padding: .5rem 0; border-top: 1px solid var(--line); }
  table.stack th, table.stack td { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding: .2rem 1rem; border: 0; text-align: right; }
  table.stack tbody th, table.stack td:not([data-name]) { text-align: left; }
  table.stack td.wide { display: block; text-align: start; }
  table.stack td[data-name]::before { content: attr(data-name); color: var(--soft); text-align: left; flex: none; }
  table.stack td:empty { display: none; }
  table.stack tr.shown td { display: block; text-align: left; }
  .person { min-width: 0; }
  .origin { overflow-wrap: anywhere; }
}
@media (min-width: 80rem) {
  /* The head stays in sight only if the table does not scroll by itself. */
  .table { overflow-x: visible; }
  .table thead th { position: sticky; top: 0; z-index: 1; box-shadow: inset 0 -1px var(--line); }
}
`
