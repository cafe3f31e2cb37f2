/** Forms, buttons, dialogs. */
export const forms = `label { display: block; font-weight: 600; margin: 0 0 .25rem; }
input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea { width: 100%; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: .375rem; padding: .5rem .625rem; margin: 0 0 .75rem; }
button, a.button { display: inline-block; font: inherit; font-weight: 600; cursor: pointer; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .375rem; padding: .4rem .875rem; text-decoration: none; }
button:hover, a.button:hover { filter: brightness(1.08); }
button.plain, a.button.plain { color: var(--text); background: var(--card); border-color: var(--line); font-weight: 500; }
button.danger { background: var(--bad); border-color: var(--bad); color: var(--card); }
button.small, a.button.small { padding: .05rem .5rem; font-size: .8125rem; }
button:disabled { opacity: .55; cursor: not-allowed; }
form { margin: 0; }
td form, dd form { display: inline; }
label.choice { font-weight: 400; padding: .125rem 0; }
fieldset > p { margin: 0; padding: .125rem 0; }
legend { font-weight: 600; padding: 0 .25rem; }
.stream .soft { font-variant-numeric: tabular-nums; }
fieldset { border: 1px solid var(--line); border-radius: var(--radius); margin: 0 0 .75rem; padding: .5rem 1rem; }
details > summary { cursor: pointer; }
dialog { color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: 1.25rem; max-width: min(32rem, 92vw); }
dialog::backdrop { background: #0008; }
dialog p { white-space: pre-line; }
dialog form { display: flex; justify-content: flex-end; gap: .5rem; }
`
