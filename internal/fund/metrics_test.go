package fund_test

import (
	"testing"
	"time"

	"masthead.dev/masthead/internal/fund"
	"masthead.dev/masthead/internal/money"
)

func TestFiguresAboutGivingAreWhatAPersonWouldCount(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	m := fund.NewMeasure(now, time.UTC)
	at := func(y int, mo time.Month, d int) time.Time { return time.Date(y, mo, d, 10, 0, 0, 0, time.UTC) }
	add := func(who string, minor int64, when time.Time) {
		m.Add(who, money.Amount{Currency: "USD", Minor: minor}, when)
	}
	add("a", 1000, at(2026, 9, 3)) // new, three months in a row
	add("a", 1000, at(2026, 10, 3))
	add("a", 1000, at(2026, 11, 3))
	add("b", 5000, at(2024, 1, 1)) // repeats
	add("b", 4000, at(2026, 9, 9))
	add("c", 9900, at(2025, 1, 1)) // lapsed
	add("d", 0, at(2026, 9, 9))    // wholly given back
	add("e", 2000, at(2026, 9, 30))
	m.Add("e", money.Amount{Currency: "JPY", Minor: 3000}, at(2026, 11, 1))
	list := m.Figures()
	if len(list) != 2 || list[0].Currency != "USD" || list[1].Currency != "JPY" {
		t.Fatalf("%+v", list)
	}
	f := list[0]
	if f.Donors != 4 || f.Gifts != 7 || f.New != 2 || f.Repeat != 1 || f.Lapsed != 1 {
		t.Errorf("counts: %+v", f)
	}
	if f.Average != (1000*3+4000+2000)/5 || f.Median != 1000 {
		t.Errorf("average %d, median %d", f.Average, f.Median)
	}
	if len(f.Cohorts) != 12 || !f.Cohorts[11].Month.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("cohorts: %+v", f.Cohorts)
	}
	sept := f.Cohorts[9]
	if sept.Donors != 2 || len(sept.Giving) != 3 || sept.Giving[0] != 2 || sept.Giving[1] != 1 || sept.Giving[2] != 1 {
		t.Errorf("September's donors: %+v", sept)
	}
	if list[1].Donors != 1 || list[1].Median != 3000 {
		t.Errorf("yen: %+v", list[1])
	}
}
