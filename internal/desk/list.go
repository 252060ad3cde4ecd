package desk

import (
	"strconv"

	"masthead.dev/masthead/internal/web"
)

// ListSize is how many rows a list shows at once.
const ListSize = 50

// Pager reads the number of a list's page, from 1 on, and makes the links to
// its neighbours. Lists ask for one row more than they show.
func (v *Visit) Pager(rows, size int) (pager web.Pager) {
	n := v.PageNumber()
	link := func(n int) string {
		q := v.URL.Query()
		q.Set("page", strconv.Itoa(n))
		q.Del("done")
		return v.URL.Path + "?" + q.Encode()
	}
	if n > 1 {
		pager.Newer = link(n - 1)
	}
	if rows > size {
		pager.Older = link(n + 1)
	}
	return pager
}

// PageNumber is the page of a list that is asked for, from 1 on.
func (v *Visit) PageNumber() int {
	n, err := strconv.Atoi(v.URL.Query().Get("page"))
	if err != nil || n < 1 || n > 100_000 {
		return 1
	}
	return n
}

// Number is a number as forms carry it.
func Number(n int64) string { return strconv.FormatInt(n, 10) }

// ToNumber reads such a number.
func ToNumber(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // what is no number is 0, which nothing has
	return n
}
