/** How pages look: colours of day and night, type, the frame. The pieces inside pages are in `style-pieces.ts`. */
export const style = `:root {
  color-scheme: light dark;
  --page: #f6f7f8; --card: #fff; --line: #dfe3e6; --text: #1b2226; --soft: #56626a;
  --accent: #0b6b62; --accent-soft: #e2f1ef; --on-accent: #fff;
  --good: #1b6b35; --good-soft: #e5f3e9; --bad: #a5262a; --bad-soft: #fbe9e9; --warn: #815400; --warn-soft: #fdf2dc;
  --bar: #0b6b62; --bar-soft: #c9d3d6; --code: #f0f3f4;
  --radius: .5rem; --gap: 1rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171a; --card: #1a2125; --line: #2f3a40; --text: #e6ebed; --soft: #9fadb4;
    --accent: #5cc7bb; --accent-soft: #15332f; --on-accent: #06201d;
    --good: #7fd097; --good-soft: #16301f; --bad: #ff9c98; --bad-soft: #3a1c1d; --warn: #eec06a; --warn-soft: #352a13;
    --bar: #5cc7bb; --bar-soft: #3b474d; --code: #12181b;
  }
}
*, ::before, ::after { box-sizing: border-box; }
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

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; padding: .5rem max(1rem, calc((100% - 72rem) / 2)); background: var(--card); border-bottom: 1px solid var(--line); }
.bar p { margin: 0; }
.brand { font-weight: 650; margin-right: auto !important; }
.brand a { color: inherit; text-decoration: none; }
.bar nav { display: flex; align-items: center; gap: .25rem; }
.bar nav ul { display: flex; gap: .25rem; list-style: none; margin: 0; padding: 0; }
.bar nav a { display: block; padding: .3rem .6rem; border-radius: .375rem; color: var(--soft); text-decoration: none; }
.bar nav a:hover { color: var(--text); background: var(--page); }
.bar nav a[aria-current] { color: var(--accent); background: var(--accent-soft); font-weight: 600; }
.bar .narrow { display: none; }
.pulse { color: var(--good); font-size: .8125rem; order: 3; }
.pulse span { display: inline-block; width: .5rem; height: .5rem; margin-right: .375rem; border-radius: 50%; background: currentColor; animation: pulse 2.5s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: .35; } }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; transition: none !important; } }

main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem 1.5rem; color: var(--soft); font-size: .8125rem; }
@media (max-width: 60rem) {
  .bar .wide { display: none; }
  .bar .narrow { display: block; order: 4; }
  .bar .narrow summary { cursor: pointer; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: .375rem; list-style: none; }
  .bar .narrow summary::-webkit-details-marker { display: none; }
  .bar .narrow[open] { width: 100%; }
  .bar .narrow[open] nav { display: block; padding-top: .5rem; }
  .bar .narrow nav ul { display: block; }
  .bar .narrow nav a { padding: .6rem; }
}
`
