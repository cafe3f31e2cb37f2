/** The editor of mappings, with its panels, and differences of texts. */
export const editing = `.editing { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--gap); align-items: start; }
.edited textarea { font: .875rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; white-space: pre; overflow: auto; background: var(--card); min-height: 20rem; margin-bottom: .5rem; }
.edited textarea[hidden] { display: none; }
.editor { margin-bottom: .5rem; border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; background: var(--card); }
.edited .row p { margin-bottom: .5rem; }
kbd { background: var(--code); border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3em; }
.tabs { gap: .25rem; margin-bottom: .5rem; }
.tabs button[aria-pressed=true] { color: var(--accent); border-color: var(--accent); background: var(--accent-soft); font-weight: 600; }
.tabs button { padding: .25rem .4rem; font-size: .8125rem; }
#result.stale { opacity: .6; }
#result[aria-busy=true] { cursor: progress; }
.results .card { margin-bottom: 0; }
.results h3 { margin: 1rem 0 .25rem; }
.previews, .problems, .changes { list-style: none; margin: 0; padding: 0; }
.previews > li, .problems > li, .changes > li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.previews > li:first-child, .problems > li:first-child, .changes > li:first-child { border-top: 0; }
.problems p, .changes p { margin: .125rem 0; }
.changes pre { margin-top: .5rem; }
.regular { font-weight: 400; }
.diff { max-height: 34rem; overflow: auto; margin-bottom: .75rem; }
.diff code { display: block; width: max-content; min-width: 100%; }
.diff span { display: block; white-space: pre; }
.diff .added { background: var(--good-soft); color: var(--good); }
.diff .removed { background: var(--bad-soft); color: var(--bad); }
.changes .added { color: var(--good); }
.changes .removed { color: var(--bad); }
@media (min-width: 62rem) { .editing { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } .results { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; } }
`
