/** Forms, buttons, details, dialogs. */
export const forms = `label { display: block; font-weight: 600; margin: 0 0 .25rem; }
label .soft { font-weight: 400; }
label.check { display: flex; gap: .5rem; align-items: baseline; font-weight: 400; padding: .2rem 0; }
input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea { width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line-strong); border-radius: var(--radius-sm); padding: .5rem .625rem; margin: 0 0 .75rem; }
input:is([type=checkbox], [type=radio]) { accent-color: var(--accent); }
::placeholder { color: var(--soft); opacity: 1; }
[aria-invalid=true] { border-color: var(--bad) !important; box-shadow: inset 0 0 0 1px var(--bad); }
.field-error { display: flex; gap: .375rem; color: var(--bad); margin: -.375rem 0 .75rem; font-size: var(--text-sm); }
.hint { color: var(--soft); font-size: var(--text-sm); margin: -.375rem 0 .75rem; }
button, a.button { display: inline-flex; align-items: center; justify-content: center; gap: .375rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: var(--radius-sm); padding: .4rem .875rem; text-decoration: none; transition: background-color .12s, border-color .12s; }
button:hover, a.button:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
button.plain, a.button.plain, button.menu { color: var(--text); background: var(--card); border-color: var(--line-strong); font-weight: 500; }
button.plain:hover, a.button.plain:hover, button.menu:hover { background: var(--sunken); border-color: var(--soft); color: var(--text); }
button.danger { background: var(--bad); border-color: var(--bad); color: var(--card); }
button.danger:hover { background: color-mix(in srgb, var(--bad) 85%, var(--text)); border-color: transparent; color: var(--card); }
button.small, a.button.small { padding: .1rem .55rem; font-size: var(--text-sm); }
button:disabled, a.button[aria-disabled=true] { opacity: .55; cursor: not-allowed; }
form { margin: 0; }
td form, dd form { display: inline; }
label.choice { font-weight: 400; padding: .125rem 0; }
fieldset > p { margin: 0; padding: .125rem 0; }
legend { font-weight: 600; padding: 0 .25rem; }
.stream .soft { font-variant-numeric: tabular-nums; }
fieldset { border: 1px solid var(--line); border-radius: var(--radius); margin: 0 0 .75rem; padding: .5rem 1rem; min-width: 0; }
details > summary { cursor: pointer; }
details > summary:hover { color: var(--accent); }
details[open] > summary { margin-bottom: .375rem; }
dialog { color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow-raised); padding: 1.25rem; max-width: min(32rem, 92vw); }
dialog::backdrop { background: #0008; }
dialog p { white-space: pre-line; }
dialog form { display: flex; justify-content: flex-end; gap: .5rem; }
`
