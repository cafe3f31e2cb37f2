/** Why an expression is not compiled, by reason, and what to write instead. It then runs on the interpreter: right, and slow. */

/** Stable: they are shown, counted and documented. */
export const refusals = {
  $eval: 'write the expression itself: text that comes with a record is never run, and $eval fails',
  'code generation is not allowed here': 'write the program beforehand, where it is allowed, with the command build',
  'filter on a call that ends a function':
    'bind it first: ($list := $f(…); $list[1]), since JSONata itself filters the call instead of what it gives',
  'list at the start of a path': 'bind it first: ($list := […]; $list#$i.x)',
  'name of an object member': 'take a name that not every JavaScript object has: not $constructor, $toString …',
  'nested too deeply': 'bind parts of it to names first: ($part := …; …)',
  'operator within the left side of ?? or ?:':
    'bind the left side first: ($left := …; $left ?? …), since JSONata itself loses regular expressions and signatures there',
  'parent operator': 'put the filter within the brackets: (a.b[%.c]) and not (a.b)[%.c]',
  'partial application': 'write function($a) { $f($a, 1) }: the interpreter, too, cannot apply most of these in part',
  transform: 'do not bind $clone, by which a transform copies',
  'unknown syntax': 'nothing: it is right, and only slower',
  'variable bound in a list or an object':
    'bind it first: ($v := …; [$v]), since what stands beside it may see it or not',
  'variable bound in a path': 'bind it in brackets of its own: (…; …)',
} as const satisfies Readonly<Record<string, string>>

export type Reason = keyof typeof refusals
