package ledger

import (
	"cmp"
	"slices"
	"strings"
)

// OpenPosting is a posting on an account that should come to nothing, with what
// is needed of its entry.
type OpenPosting struct {
	Key, Date, Reverses string
	Account, Currency   string
	Minor               int64
}

// OpenItem is what a fact left standing on such an account.
type OpenItem struct {
	Key      string // of the first entry
	Date     string // of the first entry
	Account  string
	Currency string
	Minor    int64
}

// object is what an entry is about: its key without the event.
func object(key string) string {
	if i := strings.LastIndexByte(key, ':'); i > 0 {
		return key[:i]
	}
	return key
}

// OpenItems finds what stands open: postings about one object, and an entry with
// its reversal, cancel each other; what is left then cancels against an equal
// amount of the other sign on the same account, the oldest first, and in the end
// against whatever is there, the oldest first. The items add up to the balance.
// The postings are in the order of the books.
func OpenItems(postings []OpenPosting) []OpenItem {
	of := map[string]string{} // key → object, so that a reversal is found with what it reverses
	sums := map[[3]string]*OpenItem{}
	var order []*OpenItem
	for _, p := range postings {
		about := object(p.Key)
		if was, ok := of[p.Reverses]; ok {
			about = was
		}
		of[p.Key] = about
		at := [3]string{about, p.Account, p.Currency}
		it := sums[at]
		if it == nil {
			it = &OpenItem{Key: p.Key, Date: p.Date, Account: p.Account, Currency: p.Currency}
			sums[at] = it
			order = append(order, it)
		}
		it.Minor += p.Minor
	}
	slices.SortStableFunc(order, func(a, b *OpenItem) int { return cmp.Compare(a.Date, b.Date) })
	cancel(order, func(a, b *OpenItem) bool { return a.Minor == -b.Minor })
	cancel(order, func(a, b *OpenItem) bool { return true })
	var out []OpenItem
	for _, it := range order {
		if it.Minor != 0 {
			out = append(out, *it)
		}
	}
	return out
}

// cancel lets items of opposite signs on one account cancel each other where
// they fit.
func cancel(items []*OpenItem, fit func(a, b *OpenItem) bool) {
	open := map[[2]string][]*OpenItem{}
	for _, b := range items {
		at := [2]string{b.Account, b.Currency}
		left := open[at][:0]
		for _, a := range open[at] {
			if b.Minor != 0 && (a.Minor < 0) != (b.Minor < 0) && fit(a, b) {
				part := min(max(a.Minor, -a.Minor), max(b.Minor, -b.Minor))
				if a.Minor < 0 {
					part = -part
				}
				a.Minor, b.Minor = a.Minor-part, b.Minor+part
			}
			if a.Minor != 0 {
				left = append(left, a)
			}
		}
		if b.Minor != 0 {
			left = append(left, b)
		}
		open[at] = left
	}
}
