/** Design tokens as custom properties: colours of both schemes, type scale, spacing, radius. */
export const tokens = `:root {
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
`
