/** Pieces of pages: cards, rows, messages, badges, chips, steps, empty states. */
export const pieces = `.steps { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style-position: inside; margin: 0 0 var(--gap); padding: 0; color: var(--soft); }
.steps [aria-current] { color: var(--accent); font-weight: 650; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); padding: 1rem 1.125rem; margin: 0 0 var(--gap); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: var(--gap); margin: 0 0 var(--gap); padding: 0; list-style: none; }
.cards > * { margin: 0; }
.cards > .card > h2 { color: var(--soft); font-size: var(--text-sm); font-weight: 500; margin-bottom: .25rem; }
.cards > .card > p { font-size: var(--text-sm); }
.beside { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--gap); align-items: start; margin: 0 0 var(--gap); }
.beside > .card, .beside > .table, .beside > section > :last-child { margin-bottom: 0; }
.cards .big { margin-bottom: .25rem; }
.card > :last-child, .cards p { margin-bottom: 0; }
.big { display: block; font-size: var(--text-xl); line-height: 1.2; font-weight: 620; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
@media (min-width: 72rem) { .beside { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 40rem) {
  .cards { gap: .5rem; }
  .cards > .card { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; align-items: center; padding: .75rem 1rem; }
  .cards > .card > h2 { margin: 0; color: var(--text); font-size: var(--text-base); }
  .cards > .card > .big { font-size: var(--text-md); margin: 0; }
  .cards > .card > p { grid-column: 1 / -1; }
}
h1 + .lead { margin-top: -.5rem; }
.lead { color: var(--soft); max-width: 46rem; }
.slim { max-width: 24rem; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; }
.row > h2 { margin: 0; }
.row > input:not([type=hidden], [type=checkbox], [type=radio]) { flex: 1; width: auto; min-width: 12rem; margin: 0; }
.row.apart { justify-content: space-between; }
.message { margin: 0 0 .75rem; padding: .625rem .875rem; border-radius: var(--radius-sm); border: 1px solid color-mix(in srgb, currentColor 35%, transparent); }
.message > :last-child { margin-bottom: 0; }
.message.good { color: var(--good); background: var(--good-soft); }
.message.warn { color: var(--warn); background: var(--warn-soft); }
.message.bad { color: var(--bad); background: var(--bad-soft); }
.message.bad a, .message.warn a, .message.good a { color: inherit; text-decoration-color: currentColor; }
.note { color: var(--text); background: var(--accent-soft); padding: .625rem .875rem; border-radius: var(--radius-sm); }
.bad-text { color: var(--bad); }
ul.plain { margin: .25rem 0 0; padding-left: 1.25rem; }

.badge { display: inline-flex; align-items: center; gap: .3rem; padding: .05rem .5rem; border-radius: var(--radius-full); font-size: var(--text-sm); line-height: 1.45; white-space: nowrap; color: var(--soft); background: var(--sunken); border: 1px solid var(--line); }
.badge.good { color: var(--good); background: var(--good-soft); border-color: transparent; }
.badge.bad { color: var(--bad); background: var(--bad-soft); border-color: transparent; }
.badge.warn { color: var(--warn); background: var(--warn-soft); border-color: transparent; }
.badge.info { color: var(--info); background: var(--info-soft); border-color: transparent; }
.badge .icon { width: 1em; height: 1em; }
.chips { display: flex; flex-wrap: wrap; gap: .375rem; list-style: none; margin: 0 0 var(--gap); padding: 0; }
.chip { display: inline-flex; align-items: center; gap: .375rem; padding: .2rem .7rem; border-radius: var(--radius-full); font-size: var(--text-sm); color: var(--text); background: var(--card); border: 1px solid var(--line-strong); text-decoration: none; }
a.chip:hover { border-color: var(--accent); color: var(--accent); }
.chip[aria-current] { color: var(--accent); background: var(--accent-soft); border-color: var(--accent); font-weight: 600; }
.pager { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; margin: 0 0 var(--gap); }
.pager p { margin: 0; color: var(--soft); font-size: var(--text-sm); }

.card > .yaml, .card > details { margin: .5rem 0 .75rem; }
.card > .row { margin-bottom: .5rem; }
.card > .row:last-child { margin-bottom: 0; }
.card > p + .button { margin-top: .75rem; }
.row.apart + .card { margin-top: .75rem; }
.empty { padding: 2.25rem 1rem; color: var(--soft); text-align: center; }
.empty > .icon { display: block; width: 2rem; height: 2rem; margin: 0 auto .75rem; stroke-width: 1.5; }
.empty > :is(h2, h3) { color: var(--text); margin: 0 0 .25rem; }
.empty > p { max-width: 34rem; margin: 0 auto .75rem; }
.empty > :last-child { margin-bottom: 0; }
`
