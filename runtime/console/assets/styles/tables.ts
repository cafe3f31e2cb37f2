/** Tables, which become lists of labelled values on a phone. */
export const tables = `.table { overflow-x: auto; margin: 0 0 var(--gap); background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); }
.card .table { border: 0; margin: 0 -1rem -1rem; border-radius: 0 0 var(--radius) var(--radius); }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding: .75rem 1rem; }
caption .soft { font-weight: 400; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem; border-top: 1px solid var(--line); }
td .soft, tr.shown td { overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 500; font-size: .8125rem; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td time { white-space: nowrap; }
td .soft { overflow-wrap: anywhere; }
table.middle td, table.middle th { vertical-align: middle; }
.person { min-width: 9rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; justify-content: space-between; }
.person > span { overflow-wrap: anywhere; }
.origin { display: block; white-space: nowrap; background: none; padding: 0; color: var(--soft); font-size: .8125rem; }
@media (max-width: 40rem) {
  th, td { padding-inline: .75rem; }
  table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.stack, table.stack caption, table.stack tbody { display: block; }
  table.stack tr { display: block; padding: .5rem 0; border-top: 1px solid var(--line); }
  table.stack th, table.stack td { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding: .2rem 1rem; border: 0; text-align: right; }
  table.stack tbody th, table.stack td:not([data-name]) { text-align: left; }
  table.stack td.wide { display: block; }
  table.stack td[data-name]::before { content: attr(data-name); color: var(--soft); text-align: left; flex: none; }
  table.stack td:empty { display: none; }
  table.stack tr.shown td { display: block; text-align: left; }
  .person { min-width: 0; }
  .origin { white-space: normal; overflow-wrap: anywhere; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: .375rem; }
  dl.explained > div { grid-template-columns: minmax(0, 1fr); }
}
`
