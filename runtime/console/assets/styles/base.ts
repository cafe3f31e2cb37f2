/** Elements as they are on every page: type, links, code, icons, focus. */
export const base = `*, ::before, ::after { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font-size: var(--text-base); overflow-wrap: break-word; }
h1 { font-size: var(--text-xl); line-height: 1.2; margin: 0 0 var(--gap); letter-spacing: -.015em; font-weight: 650; }
h2 { font-size: var(--text-md); line-height: 1.3; margin: 0 0 .5rem; font-weight: 620; }
h3 { font-size: var(--text-base); margin: 0; font-weight: 620; }
p { margin: 0 0 .75rem; }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: 1px; text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); }
a:hover { color: var(--accent-strong); text-decoration-color: currentColor; }
code, pre, kbd { font: .875em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; }
code { background: var(--code); padding: .1em .3em; border-radius: .25rem; overflow-wrap: anywhere; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: var(--radius-sm); padding: .75rem; margin: 0; overflow-x: auto; }
pre code { background: none; padding: 0; }
kbd { background: var(--card); border: 1px solid var(--line); border-bottom-width: 2px; border-radius: .25rem; padding: .05em .35em; }
/* A name that turns text round turns its own only. */
a, code, span, strong, time { unicode-bidi: isolate; }
time, .number { font-variant-numeric: tabular-nums; }
.icon { flex: none; width: 1.125em; height: 1.125em; vertical-align: -.2em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
/* The button of a date field has the focus, not the field. */
:focus-visible, input[type=date]:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
main:focus { outline: none; }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--card); padding: .5rem 1rem; z-index: 3; }
.skip:focus { top: .5rem; }
.soft { color: var(--soft); }
.whole { white-space: nowrap; }
[hidden] { display: none !important; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
`
