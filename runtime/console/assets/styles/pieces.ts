/** Pieces of pages: cards, rows, messages, badges, steps, empty states. */
export const pieces = `.steps { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style-position: inside; margin: 0 0 var(--gap); padding: 0; color: var(--soft); }
.steps [aria-current] { color: var(--accent); font-weight: 650; }
label.check { display: flex; gap: .5rem; align-items: baseline; font-weight: 400; padding: .2rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: 1rem; margin: 0 0 var(--gap); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: var(--gap); margin: 0 0 var(--gap); padding: 0; list-style: none; }
.cards > * { margin: 0; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--gap); align-items: start; margin: 0 0 var(--gap); }
.beside > .card, .beside > .table, .beside > section > :last-child { margin-bottom: 0; }
.cards .big { margin-bottom: .25rem; }
.card > :last-child, .cards p { margin-bottom: 0; }
@media (min-width: 62rem) { .beside { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 40rem) {
  .cards { gap: .5rem; }
  .cards > .card { display: grid; grid-template-columns: 1fr auto; align-items: center; padding: .75rem 1rem; }
  .cards > .card > h2 { margin: 0; }
  .cards > .card > .big { font-size: 1.125rem; margin: 0; }
  .cards > .card > p { grid-column: 1 / -1; }
}
h1 + .lead { margin-top: -.5rem; }
.lead { color: var(--soft); }
.slim { max-width: 24rem; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; }
.row > h2 { margin: 0; }
.row > input:not([type=hidden], [type=checkbox], [type=radio]) { flex: 1; width: auto; min-width: 12rem; margin: 0; }
.row.apart { justify-content: space-between; }
.message { margin: 0 0 .75rem; padding: .625rem .875rem; border-radius: var(--radius); border: 1px solid; }
.message.good, .note { color: var(--good); background: var(--good-soft); }
.bad-text { color: var(--bad); }
ul.plain { margin: .25rem 0 0; padding-left: 1.25rem; }
.message.bad { color: var(--bad); background: var(--bad-soft); }
.note { color: var(--text); background: var(--accent-soft); padding: .625rem .875rem; border-radius: var(--radius); }

.badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; font-size: .8125rem; white-space: nowrap; color: var(--soft); background: var(--code); border: 1px solid var(--line); }
.badge.good { color: var(--good); background: var(--good-soft); border-color: transparent; }
.badge.bad { color: var(--bad); background: var(--bad-soft); border-color: transparent; }
.badge.warn { color: var(--warn); background: var(--warn-soft); border-color: transparent; }

tr.shown td { background: var(--page); }
tr.shown h3 { margin: .75rem 0 .25rem; }
tr.shown h3:first-child { margin-top: 0; }
td meter { margin-right: .5rem; }
.card > .yaml, .card > details { margin: .5rem 0 .75rem; }
.card > .row { margin-bottom: .5rem; }
.card > .row:last-child { margin-bottom: 0; }
.card > p + .button { margin-top: .75rem; }
.row.apart + .card { margin-top: .75rem; }
.placed { display: block; white-space: pre; }
.placed.marked, .line.marked { background: var(--warn-soft); }
.empty { padding: 1.5rem 1rem; color: var(--soft); text-align: center; }
`
