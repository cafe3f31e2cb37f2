/** Pages on paper: black on white, without controls, tables whole with their head on each sheet. */
export const print = `@media print {
  :root { --page: #fff; --card: #fff; --sunken: #fff; --code: #f5f5f5; --line: #bbb; --line-strong: #888; --text: #000; --soft: #333; --accent: #000; --good: #0b4d1f; --warn: #5c3b00; --bad: #7d1014; --shadow: none; }
  @page { margin: 1.5cm; }
  body, .framed { display: block !important; background: none !important; font-size: 10pt; }
  .bar, .skip, footer, main form, main button, main a.button, .pager, .frame-links .more, .switch, dialog { display: none !important; }
  main, .health { max-width: none; padding: 0 0 1rem; }
  .health, .health.warn, .health.bad { background: none; border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
  a { color: inherit; text-decoration: none; }
  .card, .table, .yaml, pre { overflow: visible !important; max-height: none !important; }
  pre, pre code, .line, .placed { white-space: pre-wrap; overflow-wrap: anywhere; width: auto !important; min-width: 0 !important; }
  .card, tr, svg, dl.facts > *, .timeline > li { break-inside: avoid; }
  h1, h2, h3, caption { break-after: avoid; }
  thead { display: table-header-group; }
  .table thead th { position: static; }
  details:not([open])::details-content { content-visibility: visible; block-size: auto; display: block; }
  details > summary { list-style: none; font-weight: 600; }
  .badge, .swatch, svg rect, progress, meter { print-color-adjust: exact; }
  .badge { border: 1px solid currentColor !important; }
}
`
