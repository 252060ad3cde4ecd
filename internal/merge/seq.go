package merge

import "sort"

// change says that a[A0:A1] of an older list is b[B0:B1] in a newer one. What
// lies between two changes is the same in both.
type change struct{ a0, a1, b0, b1 int }

// Bounds of the search. Beyond them a passage counts as rewritten, which is
// still right, only coarser.
const (
	smallTable = 1 << 16 // fields of the table for a passage without landmarks
	deepest    = 48      // halvings of a text
)

// compare finds what changed between two lists: it trims what is equal at the
// ends, takes what stands once in both as landmarks ("patience"), and looks
// closely between them. That is about n log n for texts, and bounded for
// anything else. Equal input gives equal output.
func compare[T comparable](a, b []T) []change {
	ids := map[T]int{}
	number := func(list []T) []int {
		out := make([]int, len(list))
		for i, v := range list {
			n, ok := ids[v]
			if !ok {
				n = len(ids)
				ids[v] = n
			}
			out[i] = n
		}
		return out
	}
	c := &comparison{a: number(a), b: number(b)}
	c.inA, c.inB = make([]place, len(ids)), make([]place, len(ids))
	c.between(0, len(a), 0, len(b), 0)
	return c.out
}

// place is where a value stands in the passage that is looked at.
type place struct{ count, at int }

type comparison struct {
	a, b     []int
	inA, inB []place
	out      []change
}

func (c *comparison) between(a0, a1, b0, b1, depth int) {
	for a0 < a1 && b0 < b1 && c.a[a0] == c.b[b0] {
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && c.a[a1-1] == c.b[b1-1] {
		a1, b1 = a1-1, b1-1
	}
	switch {
	case a0 == a1 && b0 == b1:
		return
	case a0 == a1 || b0 == b1 || depth == deepest:
		c.add(a0, a1, b0, b1)
		return
	}
	marks := c.landmarks(a0, a1, b0, b1)
	if len(marks) == 0 {
		c.closely(a0, a1, b0, b1)
		return
	}
	for _, m := range marks {
		c.between(a0, m[0], b0, m[1], depth+1)
		a0, b0 = m[0]+1, m[1]+1
	}
	c.between(a0, a1, b0, b1, depth+1)
}

// add notes a change, as one with the last where they touch.
func (c *comparison) add(a0, a1, b0, b1 int) {
	if n := len(c.out); n > 0 && c.out[n-1].a1 == a0 && c.out[n-1].b1 == b0 {
		c.out[n-1].a1, c.out[n-1].b1 = a1, b1
		return
	}
	c.out = append(c.out, change{a0, a1, b0, b1})
}

// landmarks are the pairs of places of values that stand once in each passage,
// as many as run in the same order in both.
func (c *comparison) landmarks(a0, a1, b0, b1 int) [][2]int {
	count(c.a[a0:a1], a0, c.inA)
	count(c.b[b0:b1], b0, c.inB)
	var pairs [][2]int
	for i := a0; i < a1; i++ {
		v := c.a[i]
		if c.inA[v].count == 1 && c.inB[v].count == 1 {
			pairs = append(pairs, [2]int{i, c.inB[v].at})
		}
	}
	uncount(c.a[a0:a1], c.inA)
	uncount(c.b[b0:b1], c.inB)
	keep := rising(len(pairs), func(i int) int { return pairs[i][1] })
	out := make([][2]int, len(keep))
	for i, k := range keep {
		out[i] = pairs[k]
	}
	return out
}

func count(list []int, from int, into []place) {
	for i, v := range list {
		into[v].count++
		into[v].at = from + i
	}
}

func uncount(list []int, into []place) {
	for _, v := range list {
		into[v].count = 0
	}
}

// rising returns the indexes of a longest rising subsequence.
func rising(n int, value func(i int) int) []int {
	var tails []int // index of the least end of a sequence of each length
	before := make([]int, n)
	for i := range n {
		k := sort.Search(len(tails), func(k int) bool { return value(tails[k]) >= value(i) })
		before[i] = -1
		if k > 0 {
			before[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
		} else {
			tails[k] = i
		}
	}
	out := make([]int, len(tails))
	if len(tails) > 0 {
		for i, at := len(tails)-1, tails[len(tails)-1]; i >= 0; i, at = i-1, before[at] {
			out[i] = at
		}
	}
	return out
}

// closely finds the longest common subsequence of a short passage; a long one
// without landmarks counts as rewritten.
func (c *comparison) closely(a0, a1, b0, b1 int) {
	n, m := a1-a0, b1-b0
	if n*m > smallTable {
		c.add(a0, a1, b0, b1)
		return
	}
	best := make([][]int32, n+1) // best[i][j]: of a[a0+i:a1] and b[b0+j:b1]
	for i := range best {
		best[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			switch {
			case c.a[a0+i] == c.b[b0+j]:
				best[i][j] = best[i+1][j+1] + 1
			default:
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < n && j < m {
		switch {
		case c.a[a0+i] == c.b[b0+j]:
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			c.add(a0+i, a0+i+1, b0+j, b0+j)
			i++
		default:
			c.add(a0+i, a0+i, b0+j, b0+j+1)
			j++
		}
	}
	if i < n || j < m {
		c.add(a0+i, a1, b0+j, b1)
	}
}

// Common pairs the places of what is the same in two lists, in the order of both.
func Common[T comparable](a, b []T) [][2]int {
	var out [][2]int
	i, j := 0, 0
	run := func(until int) {
		for ; i < until; i, j = i+1, j+1 {
			out = append(out, [2]int{i, j})
		}
	}
	for _, c := range compare(a, b) {
		run(c.a0)
		i, j = c.a1, c.b1
	}
	run(len(a))
	return out
}
