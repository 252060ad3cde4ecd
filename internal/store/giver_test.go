package store_test

import (
	"fmt"
	"strings"
	"testing"

	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// people are so many donors that a search may find more than are looked up one
// by one; each gave twice, the donors in turn.
const people = 600

func fillGivers(t *testing.T, s *store.Store) {
	t.Helper()
	var donors, donations, payments []string
	for i := range people {
		name := "Ada Low"
		if i%2 == 1 {
			name = "Bo High"
		}
		if i == 7 {
			name = "Ännie %Rare"
		}
		donors = append(donors, fmt.Sprintf("('d%03d', 'reader%d@example.org', '%s', 0, %d)", i, i, name, i))
		for n := range 2 {
			id, at := fmt.Sprintf("g%d%03d", n, i), 1000*n+i
			donations = append(donations, fmt.Sprintf("('%s', '%s', 'd%03d', 'USD', 500, 'once', 'sandbox', 'succeeded', %d, %d)", id, id, i, at, at))
			payments = append(payments, fmt.Sprintf("('p%s', '%s', 'o%s', '%s', 'd%03d', 'USD', 500, %d, %d)", id, []string{"bank", "sandbox"}[n], id, id, i, at, at))
		}
	}
	for _, x := range []struct {
		into string
		rows []string
	}{
		{"donor (id, email, name, show_name, created_at)", donors},
		{"donation (id, nonce, donor_id, currency, minor, every, provider, state, created_at, updated_at)", donations},
		{"payment (id, provider, ref, donation_id, donor_id, currency, minor, succeeded_at, created_at)", payments},
		{"dispute (id, provider, ref, payment_id, currency, minor, state, opened_at, updated_at)", []string{"('x1', 'bank', 'x1', 'pg0003', 'USD', 500, 'lost', 1, 1)", "('x2', 'bank', 'x2', 'pg0003', 'USD', 500, 'lost', 1, 1)"}},
	} {
		if _, err := s.Raw().Exec("INSERT INTO " + x.into + " VALUES " + strings.Join(x.rows, ", ")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheListOfGiftsFindsAPartOfANameOrAddressAndWholeReferences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fillGivers(t, s)
		for _, c := range []struct {
			q    store.PaidQuery
			want string // how many, then the first
		}{
			{store.PaidQuery{}, "1200 pg1599"},
			{store.PaidQuery{Search: "%rare"}, "2 pg1007"},
			{store.PaidQuery{Search: "Reader17@"}, "2 pg1017"},
			{store.PaidQuery{Search: "reader1"}, "222 pg1199"}, // 111 people
			{store.PaidQuery{Search: "EXAMPLE.org"}, "1200 pg1599"},
			{store.PaidQuery{Search: "example.org", Before: "pg1100"}, "700 pg1099"},
			{store.PaidQuery{Search: "reader1", Before: "pg0100"}, "11 pg0019"},
			{store.PaidQuery{Search: "og0003"}, "1 pg0003"},
			{store.PaidQuery{Search: "og1003"}, "1 pg1003"}, // another provider
			{store.PaidQuery{Search: "g0004"}, "1 pg0004"},
			{store.PaidQuery{Search: "pg0005"}, "1 pg0005"},
			{store.PaidQuery{Search: "og000"}, "0 "},
			{store.PaidQuery{Search: "nobody"}, "0 "},
			{store.PaidQuery{Search: "ada low", DonorID: "d002"}, "2 pg1002"},
			{store.PaidQuery{View: store.DisputedPaid}, "1 pg0003"},
			{store.PaidQuery{View: store.DisputedPaid, Search: "example"}, "1 pg0003"},
			{store.PaidQuery{View: store.DisputedPaid, Before: "pg0003"}, "0 "},
			{store.PaidQuery{View: store.RefundedPaid, Search: "example"}, "0 "},
		} {
			c.q.Limit = 2000
			list, err := s.PaidList(t.Context(), c.q)
			first := ""
			for i, p := range list {
				if i == 0 {
					first = p.ID
				} else if !p.SucceededAt.Before(list[i-1].SucceededAt) {
					t.Errorf("%+v: %s stands behind %s", c.q, p.ID, list[i-1].ID)
				}
			}
			if got := fmt.Sprintf("%d %s", len(list), first); got != c.want || err != nil {
				t.Errorf("%+v: %s, %v; want %s", c.q, got, err, c.want)
			}
		}
	})
}

func TestTheListOfDonorsFindsAPartOfANameOrAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fillGivers(t, s)
		for search, want := range map[string]int{"": 600, "LOW": 300, "high": 299, "%rare": 1, "r17@": 1, "example": 600, "_": 0, "nobody": 0} {
			list, err := s.Givers(t.Context(), store.GiverQuery{Search: search, Limit: 1000})
			if err != nil || len(list) != want {
				t.Errorf("%q finds %d, want %d, %v", search, len(list), want, err)
			}
		}
	})
}
