/** Reasons to run an expression on the interpreter instead of compiling it, each with the way to rewrite it. */

/** Stable keys: shown, counted and documented. */
export const NOT_COMPILABLE_HELP = {
  $eval: 'write the expression itself: text of a record never runs as code, and $eval fails',
  'code generation is not allowed here': 'compile the spec ahead of time with connector build',
  'filter on a tail call':
    'bind it first: ($list := $f(…); $list[1]), since JSONata itself filters the call instead of its result',
  'array constructor at the start of a path': 'bind it first: ($list := […]; $list#$i.x)',
  'name that every object inherits':
    'choose a name that not every JavaScript object has: not $constructor, $toString …',
  'nested too deeply': 'bind parts of it to names first: ($part := …; …)',
  'parent operator': 'put the filter within the brackets: (a.b[%.c]) and not (a.b)[%.c]',
  'partial application':
    'write function($a) { $f($a, 1) }: the interpreter cannot apply most of these partially either',
  transform: 'do not bind $clone, which a transform calls to copy its input',
  'unknown syntax': 'nothing to change: the result is correct, only slower',
  'variable bound in an array or an object':
    'bind it first: ($v := …; [$v]), since the members beside it may or may not see it',
  'variable bound in a path': 'bind it in a block of its own: (…; …)',
} as const satisfies Readonly<Record<string, string>>

export type NotCompilableReason = keyof typeof NOT_COMPILABLE_HELP
