package ledger

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatStandsOpenIsFoundByItsFacts(t *testing.T) {
	post := func(key, date string, minor int64) OpenPosting {
		return OpenPosting{Key: key, Date: date, Account: "Assets:InTransit:Stripe", Currency: "USD", Minor: minor}
	}
	reversal := post("desk:9:undo", "2026-01-09", -500)
	reversal.Reverses = "stripe:txn_1:payout"
	for _, c := range []struct {
		name     string
		postings []OpenPosting
		want     string
	}{
		{"nothing", nil, ""},
		{"came", []OpenPosting{post("stripe:p1:payout", "2026-01-02", 500), post("stripe:p1:payout-arrived", "2026-01-05", -500)}, ""},
		{"reversed", []OpenPosting{post("stripe:txn_1:payout", "2026-01-02", 500), reversal}, ""},
		{"an old one is not hidden by newer ones that came", []OpenPosting{post("stripe:t1:payout", "2026-01-02", 500), post("stripe:t2:payout", "2026-01-09", 700),
			post("bank:l1:allocation", "2026-01-12", -700)}, "stripe:t1:payout 500"},
		{"equal ones: the oldest came first", []OpenPosting{post("stripe:t1:payout", "2026-01-02", 500), post("stripe:t2:payout", "2026-01-09", 500),
			post("bank:l1:allocation", "2026-01-12", -500)}, "stripe:t2:payout 500"},
		{"two came as one sum", []OpenPosting{post("stripe:t1:payout", "2026-01-02", 500), post("stripe:t2:payout", "2026-01-09", 700),
			post("bank:l1:allocation", "2026-01-12", -1100)}, "stripe:t2:payout 100"},
		{"more came than left", []OpenPosting{post("stripe:t1:payout", "2026-01-02", 500), post("bank:l1:allocation", "2026-01-12", -600)}, "bank:l1:allocation -100"},
	} {
		var got []string
		var left, sum int64
		for _, it := range OpenItems(c.postings) {
			got = append(got, fmt.Sprintf("%s %d", it.Key, it.Minor))
			left += it.Minor
		}
		for _, p := range c.postings {
			sum += p.Minor
		}
		if strings.Join(got, ", ") != c.want || left != sum {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}
