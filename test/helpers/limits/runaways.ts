/** Expressions that would never end, or would crash the process, each with the limit it must reach on both engines. */

export interface Runaway {
  readonly name: string
  readonly text: string
  /** The fault's code after the slash: `D1012`. */
  readonly code: string
  /** One of those that crash a process soonest. */
  readonly worst?: true
}

const row = (name: string, text: string, code: string): Runaway => ({ name, text, code })
const worst = (name: string, text: string, code: string): Runaway => ({ name, text, code, worst: true })

export const runaways: readonly Runaway[] = [
  worst('a huge range', '[1..1e9]', 'D2014'),
  row('a range above the limit of lists', '[1..1e5]', 'D2015'),
  worst('a range where adding one changes nothing', '[9007199254740992..9007199254740994]', 'D2014'),
  row('the same below zero', '[-9007199254740996..-9007199254740993]', 'D2014'),
  worst('ranges in ranges', '[1..1000].[1..19999]', 'D1012'),
  worst('many ranges kept at once', '$map([1..5000], function($i) { [[1..15000]] })', 'D1012'),

  worst('padding', '$pad("x", 1e9)', 'output'),
  row('padding on the left, with more than one character', '$pad("x", -1e9, "abc")', 'output'),
  worst('padding many times', '[1..1000].$pad("x", 6e6)', 'D1012'),
  row('a text that doubles', '($f := function($s) { $f($s & $s) }; $f("xxxxxxxx"))', 'D1012'),
  row('a text that doubles, step by step', '$reduce([1..100], function($s, $i) { $s & $s }, "xxxxxxxx")', 'D1012'),
  row('repeated joining', '$reduce([1..100], function($s, $i) { $join([$s, $s]) }, "xxxxxxxx")', 'D1012'),
  row('joined with itself', '($s := $pad("x", 6000); $join([1..5000].$string(), $s))', 'output'),
  worst(
    'replacements that grow the text',
    '$reduce([1..100], function($s, $i) { $replace($s, "x", "xx") }, "xxxxxxxx")',
    'D1012',
  ),
  row(
    'replacements that grow the text, by a regular expression',
    '$reduce([1..100], function($s, $i) { $replace($s, /x/, "$0$0") }, "x")',
    'D1012',
  ),
  row('one long replacement', '($s := $pad("x", 30000, "x"); $replace($s, "x", $s))', 'output'),
  worst(
    'one long replacement by a regular expression',
    '($s := $pad("x", 30000, "x"); $replace($s, /x/, $s))',
    'D1012',
  ),
  row('repeated encoding', '$reduce([1..200], function($s, $i) { $base64encode($s) }, "xxxxxxxx")', 'D1012'),
  worst(
    'an object with exponentially many paths, as text',
    '$string($reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {}))',
    'output',
  ),
  row(
    'the same, concatenated with a text',
    '"" & $reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {})',
    'output',
  ),
  worst('the same, as the result', '$reduce([1..60], function($o, $i) { {"a": $o, "b": $o} }, {})', 'output'),
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
  row('every match of a text', '$match($pad("x", 30000, "x"), /x/)', 'D2015'),
  row('zipped', '$map([1..5000], function($i) { $zip([1..2000], [1..2000]) })', 'D1012'),
  row('spread', '$map([1..5000], function($i) { $spread([1..2000].{"a": 1}) })', 'D1012'),

  worst(
    'texts joined, read and kept',
    '($t := $pad("", 3000000, "x"); $map([1..9999], function($i) { ($s := $t & $i; $s < $t ? 1 : $s) }))',
    'D1012',
  ),
  worst(
    'a doubled text, encoded and kept',
    '($f := function($s, $n) { $n < 18 ? $f($s & $s, $n + 1) : $s }; $map([1..9999], function($i) { $base64encode($f("x", 0) & $i) }))',
    'D1012',
  ),
  row('a number searched in a long list', '($l := [1..9999]; $map([1..9999], function() { -1 in $l }))', 'D1012'),
  row(
    'a long text searched in a list of them',
    '($a := $pad("", 100000, "x"); $l := [1..20].($a & $string($)); $map([1..9999], function() { $a in $l }))',
    'D1012',
  ),
  row(
    'long texts compared',
    '($a := $pad("", 1000000, "x") & "a"; $b := $pad("", 1000000, "x") & "b"; $map([1..9999], function() { $a < $b }))',
    'D1012',
  ),
  row(
    'long texts compared for equality',
    '($a := $pad("", 1000000, "x") & "a"; $b := $pad("", 1000000, "x") & "b"; $map([1..9999], function() { $a = $b }))',
    'D1012',
  ),
  row(
    'the truth of a large object',
    '($o := [1..2000]{$string($): 1}; $map([1..9999], function() { $o ? 1 : 2 }))',
    'D1012',
  ),
  row('a large object as a filter', '($o := [1..2000]{$string($): 1}; [1..9999][$o])', 'D1012'),
  row('positions as a filter', '($p := [1..9999]; [1..9999][$p])', 'D1012'),
  row(
    'a large object as text',
    '($o := [1..2000]{$string($): 1}; $map([1..9999], function() { $length("" & $o) }))',
    'D1012',
  ),
  row(
    'a large object merged into a copy',
    '($o := [1..2000]{$string($): 1}; $map([1..9999], function() { $merge([$o, {"a": 1}]) }))',
    'D1012',
  ),
  row('a large object merged into many', '($o := [1..2000]{$string($): 1}; [1..9999].{"a": 1} ~> |$|$o|)', 'D1012'),
  row('lists flattened', '($o := [{"x": [1..9000]}, {"x": [1..9000]}]; $map([1..9999], function() { $o.x }))', 'D1012'),
  row('a nested list searched for a field', '($l := [[[1..9999]]]; $map([1..9999], function() { $l.foo }))', 'D1012'),
  row('long texts sorted', '($a := $pad("", 100000, "x"); $sort([1..500].($a & $string($))))', 'D1012'),
  row('long texts ordered by ^', '($a := $pad("", 100000, "x"); ([1..500].($a & $string($)))^($))', 'D1012'),
  row(
    'a deeply nested object as indented text',
    '($o := $reduce([1..300], function($o, $i) { {"a": $o} }, [1..9000]); $map([1..9999], function() { $length($string($o, true)) }))',
    'D1012',
  ),
  row('pairs of tuples, of which one is kept', '$map([1..9999], function() { [1..2000]@$a[0] })', 'D1012'),

  row('infinite recursion', '($f := function($n) { 1 + $f($n + 1) }; $f(0))', 'D1011'),
  row('mutual recursion', '($f := function($n) { 1 + $g($n) }; $g := function($n) { 1 + $f($n) }; $f(0))', 'D1011'),
  row('an infinite tail call', '($f := function($n) { $f($n + 1) }; $f(0))', 'D1012'),
  row('infinite mutual tail calls', '($f := function($n) { $g($n) }; $g := function($n) { $f($n) }; $f(0))', 'D1012'),
  worst('recursion through $map', '($f := function($n) { $map([1, 2], $f) }; $f(0))', 'D1011'),
  row('recursion through $reduce', '($f := function($a, $b) { 1 + $reduce([1, 2, 3], $f) }; $f(0, 0))', 'D1011'),
  row('recursion in each member of an array', '($f := function($n) { [$f($n + 1), $f($n + 1)] }; $f(0))', 'D1011'),
  row('few calls with much work', '$map([1..10000], function($i) { $sum([1..1000]) })', 'D1012'),
  row('one sum repeated', '($l := [1..10000]; $map([1..10000], function($i) { $sum($l) }))', 'D1012'),
  row(
    'one search of a long text repeated',
    '($t := $pad("x", 10000); $map([1..10000], function($i) { $contains($t, "y") }))',
    'D1012',
  ),
  row('a long list sorted', '$sort([1..15000], function($a, $b) { $a < $b })', 'D1012'),
  row('a long list ordered by ^', '[1..15000]^(>$)', 'D1012'),
  row('one large group', '[1..15000]{"a": $count($)}', 'D1012'),
  row('one large group by the value of a path', '[1..15000].{"k": "a"}{k: $count($)}', 'D1012'),
  row('many groups', '$map([1..5000], function($i) { [1..400]{$string($): $} })', 'D1012'),
  row('distinct items of a long list', '$distinct([1..15000])', 'D1012'),

  row('a year of many digits', '$fromMillis(0, "[Y,*-999999999]")', 'output'),
  row('an infinite number in letters', '$formatInteger(1/0, "a")', 'D1001'),
  row('an infinite number with an exponent', '$formatNumber(1/0, "0e0")', 'D1001'),
  row('a long Roman numeral', '$formatInteger(1e9, "I")', 'D1011'),
  row('a long picture', '$formatInteger(1, $pad("0", 10000, "0,"))', 'D1012'),
  row('a picture of adjacent components', '$toMillis($pad("1", 60, "1"), "[f][f][f][f][f][f]")', 'D1012'),
]
