/** Setup: fields with their errors, texts to copy, the bar with the next step. */
export const setup = `.field-error { color: var(--bad); margin: -.5rem 0 .75rem; }
.field > .soft { margin-bottom: .375rem; }
input[aria-invalid] { border-color: var(--bad); }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin-bottom: .5rem; }
.copyable { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; max-width: 100%; }
.opened { padding-top: .75rem; }
.opened > :last-child { margin-bottom: 0; }
.message.warn { color: var(--warn); background: var(--warn-soft); }
caption.with-action { text-align: left; }
caption.with-action > button { float: right; }
table.tight th, table.tight td { padding-block: .375rem; }
@media (min-width: 62rem) { .beside.connect { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
`
