/** Setup: fields with their errors, texts to copy, the bar with the next step. */
export const setup = `.field > .soft { margin-bottom: .375rem; }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin-bottom: .5rem; }
.copyable { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; max-width: 100%; }
.next-step { position: sticky; bottom: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: .75rem 1rem; box-shadow: 0 -4px 16px #0002; }
.next-step > p { margin: 0; }
dl.samples { margin-top: .5rem; }
@media (min-width: 40.01rem) {
  td:has(> details > dl.samples) { width: 45%; }
  td dl.samples { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
}
.opened { padding-top: .75rem; }
.opened > :last-child { margin-bottom: 0; }
caption.with-action { text-align: left; }
caption.with-action > :is(button, .button) { float: right; }
span.row.tight, .row.tight { gap: .375rem; flex-wrap: nowrap; }
div.row.tight { flex-wrap: wrap; }
.row.tight select { width: auto; margin: 0; padding: .15rem .4rem; }
table.tight th, table.tight td { padding-block: .375rem; }
@media (min-width: 62rem) { .beside.connect { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
`
