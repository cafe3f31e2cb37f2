/** Files with line numbers. */
export const code = `.yaml { max-height: 34rem; overflow: auto; }
.yaml.short { max-height: 16rem; }
.yaml code { counter-reset: line; display: block; width: max-content; min-width: 100%; }
.line { display: block; white-space: pre; counter-increment: line; }
.line::before { content: counter(line); display: inline-block; width: 2rem; margin-right: .75rem; text-align: right; color: var(--soft); user-select: none; }
.place { color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
.placed { display: block; white-space: pre; }
.placed.marked, .line.marked { background: var(--warn-soft); }
`
