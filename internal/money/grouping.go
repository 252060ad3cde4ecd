package money

import (
	"slices"
	"strings"
)

// split finds the decimal sign of a body of ASCII digits and signs. whole is ""
// where the signs make no sense; double tells that the one sign may as well be
// a grouping one, so that whole and frac are one reading and their
// concatenation is the other.
func split(body string, exp int, style Style) (whole, frac string, double bool) {
	var runs []string // the digits between the signs
	var marks []rune  // the signs; marks[i] stands before runs[i+1]
	from := 0
	for i, r := range body {
		if r >= '0' && r <= '9' {
			continue
		}
		runs, marks = append(runs, body[from:i]), append(marks, r)
		from = i + len(string(r))
	}
	runs = append(runs, body[from:])
	if len(marks) == 0 {
		return body, "", false
	}
	last := marks[len(marks)-1]
	if len(marks) == 1 && (last == '.' || last == ',') {
		return splitSingle(runs[0], runs[1], last, exp, style)
	}
	alone := !slices.Contains(marks[:len(marks)-1], last)
	if last == arabicDecimal || (alone && len(marks) > 1 && (last == '.' || last == ',')) {
		return group(runs[:len(runs)-1], marks[:len(marks)-1]), runs[len(runs)-1], false
	}
	return group(runs, marks), "", false
}

// splitSingle weighs a lone point or comma: with one, two or four digits behind
// it, it can only be the decimal sign; with three, and one to three before it,
// it may group thousands.
func splitSingle(before, behind string, mark rune, exp int, style Style) (whole, frac string, double bool) {
	if before == "" || behind == "" {
		return "", "", false
	}
	decimal := mark == ',' == (style == DecimalComma) // the sign is the locale's decimal one
	mayGroup := len(behind) == 3 && len(before) <= 3 && before[0] != '0'
	switch {
	case !mayGroup:
		return before, behind, false
	case !decimal && exp == 0: // ¥3,000: nobody writes thousandths of a yen
		return before + behind, "", false
	case decimal && exp >= 3: // KWD 5.125
		return before, behind, false
	case decimal && exp > 0 && len(strings.TrimRight(behind, "0")) > exp: // 25.001
		return before, behind, false
	}
	return before, behind, true
}

// group joins grouped digits, "" where the groups are not those of thousands
// (1,000,000) or of India (10,00,000), or use two signs, or one that groups
// nothing.
func group(runs []string, marks []rune) string {
	for _, m := range marks {
		if m != marks[0] || !strings.ContainsRune(".,' "+string(arabicGrouping), m) {
			return ""
		}
	}
	first, rest := runs[0], runs[1:]
	if first == "" || (len(rest) > 0 && (len(first) > 3 || first[0] == '0')) {
		return ""
	}
	indian := len(rest) > 1 && len(first) <= 2 && len(rest[0]) == 2
	for i, run := range rest {
		want := 3
		if indian && i < len(rest)-1 {
			want = 2
		}
		if len(run) != want {
			return ""
		}
	}
	return strings.Join(runs, "")
}
