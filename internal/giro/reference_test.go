package giro

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheReferenceOfTheStandardExampleIsMadeAndRead(t *testing.T) {
	r, err := NewReference(480173529)
	if err != nil || r.RF() != "RF71480173529" {
		t.Fatal(r.RF(), err)
	}
	if r.Grouped() != "RF71 4801 7352 9" || r.Short() != "714-8017-3529" {
		t.Error(r.Grouped(), r.Short())
	}
	for _, text := range []string{
		"RF71480173529", "rf71 4801 7352 9", " RF71-4801-7352-9.", "714-8017-3529", "71480173529", "RF7148O173529", "rf7148o173529", r.QRR(), GroupQRR(r.QRR()),
	} {
		if got, ok := ParseReference(text); !ok || got != r {
			t.Errorf("%q is read as %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "RF", "RF7148017352", "RF714801735291", "RF71480173528", "RF18539007547034", "ÄÖ", "00480173529"} {
		if got, ok := ParseReference(text); ok {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

func TestNumbersOfAnotherLengthMakeNoReference(t *testing.T) {
	for _, n := range []int64{-1, 0, MinPayload - 1, MaxPayload, 1 << 62} {
		if r, err := NewReference(n); err == nil {
			t.Errorf("%d made %s", n, r)
		}
	}
}

// Every wrong character and every swap of neighbours, over many references; O
// for zero is the one slip that is forgiven, and means the same reference.
func TestNoSingleTypingErrorAndNoSwapPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := NewReference(rapid.Int64Range(MinPayload, MaxPayload-1).Draw(t, "number"))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := ParseReference(r.RF()); !ok || got != r {
			t.Fatalf("%s is not read back", r.RF())
		}
		passes := func(wrong string) {
			if got, ok := ParseReference(wrong); ok && got != r {
				t.Errorf("%s passes for %s as %s", wrong, r.RF(), got)
			} else if ok && strings.ReplaceAll(wrong, "O", "0") != r.RF() && wrong != string(r) {
				t.Errorf("%s passes for %s", wrong, r.RF())
			}
		}
		for i := range r.RF() {
			for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
				if wrong := r.RF()[:i] + string(c) + r.RF()[i+1:]; wrong != r.RF() {
					passes(wrong)
				}
			}
			if i > 0 && r.RF()[i] != r.RF()[i-1] {
				passes(r.RF()[:i-1] + string(r.RF()[i]) + string(r.RF()[i-1]) + r.RF()[i+1:])
			}
		}
	})
}

func TestAReferenceIsFoundInsideWhatPayersWrite(t *testing.T) {
	r := Reference("71480173529")
	for _, text := range []string{
		"RF71480173529", "Spende rf71 4801 7352 9 danke!", "GIFT 714-8017-3529", "SVWZ+RF7148 0173529 EREF+NOTPROVIDED", "RF7148O173529",
		"2026-01-15 714-8017-3529", "Rechnung 12345 RF71 4801\n7352 9 vom 3.1.", "ref " + r.QRR(), "٭ RF71480173529 ٭",
	} {
		if got := FindReferences(text); !slices.Contains(got, r) {
			t.Errorf("%q gives %v", text, got)
		}
	}
	two := FindReferences("first 714-8017-3529, then " + mustReference(t, 123456789).Grouped())
	if len(two) < 2 || two[0] != mustReference(t, 123456789) || !slices.Contains(two, r) {
		t.Errorf("what says RF does not come first: %v", two)
	}
	for _, text := range []string{"", "thank you", "RF71 4801 7352 8", "7148017352"} {
		if got := FindReferences(text); len(got) > 0 {
			t.Errorf("%q gives %v", text, got)
		}
	}
}

func mustReference(t *testing.T, n int64) Reference {
	t.Helper()
	r, err := NewReference(n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The sample stands in the Swiss Implementation Guidelines QR-bill.
func TestTheCheckDigitOfThePublishedQRReferenceFits(t *testing.T) {
	if got := mod10("21000000000313947143000901"); got != 7 {
		t.Errorf("the check digit is %d, want 7", got)
	}
	if got := GroupQRR("210000000003139471430009017"); got != "21 00000 00003 13947 14300 09017" {
		t.Error(got)
	}
}

func TestAQRReferenceWithATypingErrorIsRefused(t *testing.T) {
	qrr := Reference("71480173529").QRR()
	for i := range qrr {
		for _, c := range "0123456789" {
			wrong := qrr[:i] + string(c) + qrr[i+1:]
			if _, ok := ParseReference(wrong); ok && wrong != qrr {
				t.Errorf("%s passes for %s", wrong, qrr)
			}
		}
	}
}

func FuzzFindReferences(f *testing.F) {
	f.Add("Spende RF71 4801 7352 9")
	f.Add(Reference("71480173529").QRR())
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range FindReferences(text) {
			if again, ok := ParseReference(r.Grouped()); !ok || again != r {
				t.Errorf("%q gives %q, which is none", text, r)
			}
		}
	})
}
