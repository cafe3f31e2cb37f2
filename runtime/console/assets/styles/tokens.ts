/** Design tokens as custom properties: colours of both schemes, type scale, spacing, radius. */

/** Text on any surface has a contrast of 4.5 to 1 or more, lines of charts and of controls 3 to 1: `/design` shows them all. */
export const tokens = `:root {
  color-scheme: light dark;
  --page: #f6f8f8; --card: #fff; --sunken: #eef2f2; --line: #dfe5e6; --line-strong: #87949a;
  --text: #16201f; --soft: #54626a;
  --accent: #0b6b62; --accent-strong: #08524b; --accent-soft: #e0f1ee; --on-accent: #fff;
  --good: #17692f; --good-soft: #e3f4e8; --warn: #7d5100; --warn-soft: #fdf2d9; --bad: #a5262a; --bad-soft: #fceaea;
  --info: #24578f; --info-soft: #e6effa;
  --series-live: #0b7d72; --series-history: #5a74b5; --series-reconcile: #a36c00; --series-failed: #c0343a; --series-none: #c9d3d6;
  --bar: var(--series-live); --bar-soft: #d5dddf; --code: #eef2f2;
  --shadow: 0 1px 2px #16201f0f, 0 1px 1px #16201f0a; --shadow-raised: 0 12px 32px #16201f2e;
  --text-xs: .75rem; --text-sm: .8125rem; --text-base: .9375rem; --text-md: 1.0625rem; --text-lg: 1.25rem; --text-xl: 1.625rem; --text-2xl: 2rem;
  --space-1: .25rem; --space-2: .5rem; --space-3: .75rem; --space-4: 1rem; --space-5: 1.5rem; --space-6: 2rem; --space-7: 3rem;
  --radius-sm: .375rem; --radius: .625rem; --radius-full: 99rem;
  --gap: var(--space-4);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101516; --card: #181f21; --sunken: #12181a; --line: #2b3639; --line-strong: #75858b;
    --text: #e7eced; --soft: #a0afb4;
    --accent: #5cc7bb; --accent-strong: #86dbd1; --accent-soft: #14332f; --on-accent: #06201d;
    --good: #7fd097; --good-soft: #14301e; --warn: #eec06a; --warn-soft: #352a12; --bad: #ff9c98; --bad-soft: #3b1c1e;
    --info: #94bef0; --info-soft: #182b42;
    --series-live: #4fc3b5; --series-history: #8fa9e8; --series-reconcile: #dda545; --series-failed: #ff7d78; --series-none: #3b474d;
    --bar-soft: #344045; --code: #11181a;
    --shadow: none; --shadow-raised: 0 12px 32px #000a;
  }
}
`
