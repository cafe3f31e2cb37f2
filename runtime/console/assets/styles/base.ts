/** Elements as they are on every page: type, links, code, focus. */
export const base = `*, ::before, ::after { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); font-size: .9375rem; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 var(--gap); letter-spacing: -.01em; }
h2 { font-size: 1.0625rem; line-height: 1.3; margin: 0 0 .5rem; }
h3 { font-size: .9375rem; margin: 0; }
p { margin: 0 0 .75rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
code, pre, kbd { font: .875em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; }
code { background: var(--code); padding: .1em .3em; border-radius: .25rem; overflow-wrap: anywhere; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: var(--radius); padding: .75rem; margin: 0; overflow-x: auto; }
pre code { background: none; padding: 0; }
/* A name that turns text round turns its own only. */
a, code, span, strong, time { unicode-bidi: isolate; }
time, .number { font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
main:focus { outline: none; }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
.skip:focus { top: .5rem; }
.soft { color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`
