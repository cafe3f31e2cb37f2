/** Expressions that would never end, or end with the process. Each says which limit it must reach, on both engines. */

export interface Runaway {
  readonly name: string
  readonly text: string
  /** After the slash: `D1012`. */
  readonly code: string
  /** Among those that take a process down soonest. */
  readonly worst?: true
}

const row = (name: string, text: string, code: string): Runaway => ({ name, text, code })
const worst = (name: string, text: string, code: string): Runaway => ({ name, text, code, worst: true })

export const runaways: readonly Runaway[] = [
  worst('a range of many', '[1..1e9]', 'D2014'),
  row('a range above the limit of lists', '[1..1e5]', 'D2015'),
  worst('a range where adding one changes nothing', '[9007199254740992..9007199254740994]', 'D2014'),
  row('a range below, too', '[-9007199254740996..-9007199254740993]', 'D2014'),
  worst('ranges in ranges', '[1..1000].[1..19999]', 'D1012'),
  worst('ranges kept side by side', '$map([1..5000], function($i) { [[1..15000]] })', 'D1012'),

  worst('padding', '$pad("x", 1e9)', 'output'),
  row('padding on the left, with more than one character', '$pad("x", -1e9, "abc")', 'output'),
  worst('much padding', '[1..1000].$pad("x", 6e6)', 'D1012'),
  row('a text that doubles', '($f := function($s) { $f($s & $s) }; $f("xxxxxxxx"))', 'output'),
  row('a text that doubles, step by step', '$reduce([1..100], function($s, $i) { $s & $s }, "xxxxxxxx")', 'output'),
  row('joined again and again', '$reduce([1..100], function($s, $i) { $join([$s, $s]) }, "xxxxxxxx")', 'D1012'),
  row('joined with itself', '($s := $pad("x", 6000); $join([1..5000].$string(), $s))', 'output'),
  worst('replaced by more', '$reduce([1..100], function($s, $i) { $replace($s, "x", "xx") }, "xxxxxxxx")', 'D1012'),
  row(
    'replaced by more, as a pattern says',
    '$reduce([1..100], function($s, $i) { $replace($s, /x/, "$0$0") }, "x")',
    'D1012',
  ),
  row('one long replacement', '($s := $pad("x", 30000, "x"); $replace($s, "x", $s))', 'output'),
  worst('one long replacement of a pattern', '($s := $pad("x", 30000, "x"); $replace($s, /x/, $s))', 'output'),
  row('encoded again and again', '$reduce([1..200], function($s, $i) { $base64encode($s) }, "xxxxxxxx")', 'D1012'),
  worst(
    'an object that holds itself twice, as text',
    '$string($reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {}))',
    'output',
  ),
  row('the same, joined to a text', '"" & $reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {})', 'output'),
  worst('the same, given', '$reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {})', 'output'),
  row(
    'the same, compared',
    '($f := function() { $reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {}) }; $f() = $f())',
    'D1012',
  ),

  row('a list that doubles', '$reduce([1..100], function($l, $i) { $append($l, $l) }, [1])', 'D2015'),
  row('a list of lists that doubles', '$reduce([1..100], function($l, $i) { [[$l], [$l]] }, [1])', 'D2015'),
  row('all pairs', '[1..5000].($i := $; [1..5000].($i * $))', 'D1012'),
  row('every character of a text', '$split($pad("x", 30000), "")', 'D2015'),
  row('split at a pattern', '$split($pad("x", 60000, " x"), / /)', 'D2015'),
  row('every match', '$match($pad("x", 30000, "x"), /x/)', 'D2015'),
  row('zipped', '$map([1..5000], function($i) { $zip([1..2000], [1..2000]) })', 'D1012'),
  row('spread', '$map([1..5000], function($i) { $spread([1..2000].{"a": 1}) })', 'D1012'),

  row('a call that calls itself', '($f := function($n) { 1 + $f($n + 1) }; $f(0))', 'D1011'),
  row(
    'two that call one another',
    '($f := function($n) { 1 + $g($n) }; $g := function($n) { 1 + $f($n) }; $f(0))',
    'D1011',
  ),
  row('a last call without end', '($f := function($n) { $f($n + 1) }; $f(0))', 'D1012'),
  row('two last calls without end', '($f := function($n) { $g($n) }; $g := function($n) { $f($n) }; $f(0))', 'D1012'),
  worst('a call through $map', '($f := function($n) { $map([1, 2], $f) }; $f(0))', 'D1011'),
  row('a call through $reduce', '($f := function($a, $b) { 1 + $reduce([1, 2, 3], $f) }; $f(0, 0))', 'D1011'),
  row('a call in each branch', '($f := function($n) { [$f($n + 1), $f($n + 1)] }; $f(0))', 'D1011'),
  row('long work in few calls', '$map([1..10000], function($i) { $sum([1..1000]) })', 'D1012'),
  row('a sum over and over', '($l := [1..10000]; $map([1..10000], function($i) { $sum($l) }))', 'D1012'),
  row(
    'a long text looked through over and over',
    '($t := $pad("x", 10000); $map([1..10000], function($i) { $contains($t, "y") }))',
    'D1012',
  ),
  row('a long list sorted', '$sort([1..15000], function($a, $b) { $a < $b })', 'D1012'),
  row('a long list in order', '[1..15000]^(>$)', 'D1012'),
  row('one large group', '[1..15000]{"a": $count($)}', 'D1012'),
  row('one large group by what a path gives', '[1..15000].{"k": "a"}{k: $count($)}', 'D1012'),
  row('many groups', '$map([1..5000], function($i) { [1..400]{$string($): $} })', 'D1012'),
  row('all different', '$distinct([1..15000])', 'D1012'),

  row('a year of many digits', '$fromMillis(0, "[Y,*-999999999]")', 'output'),
  row('a number that has no letters', '$formatInteger(1/0, "a")', 'D1001'),
  row('a number that has no exponent', '$formatNumber(1/0, "0e0")', 'D1001'),
  row('a numeral of many letters', '$formatInteger(1e9, "I")', 'D1011'),
  row('a long picture', '$formatInteger(1, $pad("0", 10000, "0,"))', 'D1012'),
  row('a picture with nothing between its parts', '$toMillis($pad("1", 60, "1"), "[f][f][f][f][f][f]")', 'D1012'),
]
