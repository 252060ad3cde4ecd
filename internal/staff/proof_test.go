package staff_test

import (
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/staff"
)

func TestAPasswordIsRefusedForItsLengthOrForBeingGuessed(t *testing.T) {
	for password, want := range map[string]string{
		"short":                    "staff.password.short",
		strings.Repeat("wX7 ", 65): "staff.password.long",
		"password1234":             "staff.password.common",
		"Password2026!!":           "staff.password.common",
		"aaaaaaaaaaaa":             "staff.password.common",
		"abcabcabcabc":             "staff.password.common",
		"123456789012":             "staff.password.common",
		"qwertyuiop1234":           "staff.password.common",
		"The Alderwick Lantern 1":  "staff.password.common",
		"doraw.lantern":            "staff.password.common",
		"eleven tonnes of scrap":   "",
		"ab-7301948265-7":          "",
		"vK2#pp9w!xLq":             "",
		"درخت کنار رودخانه":        "",
		"lantern of the old ferry": "",
	} {
		if got := staff.CheckPassword(password, "The Alderwick Lantern", "doraw@lantern.example"); got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

func TestAPasswordIsKnownAgainByItsHashAlone(t *testing.T) {
	hash := staff.HashPassword("ein gutes café")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash does not tell its costs: %s", hash)
	}
	if strings.Contains(hash, "caf") || hash == staff.HashPassword("ein gutes café") {
		t.Error("the hash holds the password or has no salt of its own")
	}
	if !staff.VerifyPassword(hash, "ein gutes cafe\u0301") {
		t.Error("the same letters, composed otherwise, are refused")
	}
	for _, wrong := range []string{"", "ein gutes cafe", "Ein gutes café", strings.Repeat("a", 1000)} {
		if staff.VerifyPassword(hash, wrong) {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestWhatIsNoHashLetsNobodyIn(t *testing.T) {
	for _, hash := range []string{
		"", "plain", "$argon2id$v=19$m=19456,t=2,p=1$$", "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		if staff.VerifyPassword(hash, "") || staff.VerifyPassword(hash, "plain") {
			t.Errorf("%q lets somebody in", hash)
		}
		if !staff.Outdated(hash) {
			t.Errorf("%q counts as up to date", hash)
		}
	}
	if staff.Outdated(staff.HashPassword("eleven tonnes")) {
		t.Error("a fresh hash counts as outdated")
	}
}

func TestACodeIsThatOfRFC6238(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"; appendix B, last six digits
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"} {
		if got := staff.TOTPCode(secret, staff.TOTPStep(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestACodeHoldsOneStepEitherWayAndOnlyOnce(t *testing.T) {
	secret, now := staff.NewTOTPSecret(), time.Unix(1_700_000_000, 0)
	for offset, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		code := staff.TOTPCode(secret, staff.TOTPStep(now)+offset)
		if _, ok := staff.VerifyTOTP(secret, code, now, 0); ok != want {
			t.Errorf("%+d steps: %v, want %v", offset, ok, want)
		}
	}
	code := staff.TOTPCode(secret, staff.TOTPStep(now))
	step, ok := staff.VerifyTOTP(secret, code[:3]+" "+code[3:], now, 0)
	if !ok || step != staff.TOTPStep(now) {
		t.Fatalf("the code with a space: step %d, %v", step, ok)
	}
	if _, ok := staff.VerifyTOTP(secret, code, now.Add(20*time.Second), step); ok {
		t.Error("a code was taken twice")
	}
	for _, wrong := range []string{"", "000", "abcdef", code + "0"} {
		if _, ok := staff.VerifyTOTP(secret, wrong, now, 0); ok {
			t.Errorf("%q is taken", wrong)
		}
	}
	if _, ok := staff.VerifyTOTP("", "000000", now, 0); ok {
		t.Error("an account without a secret takes a code")
	}
}

func TestADeviceReadsTheOutletAndTheAccountFromTheAddress(t *testing.T) {
	got := staff.TOTPURI("ABC", "The Lantern", "dora@lantern.example")
	want := "otpauth://totp/The%20Lantern:dora@lantern.example?algorithm=SHA1&digits=6&issuer=The%20Lantern&period=30&secret=ABC"
	if got != want {
		t.Errorf("got %s", got)
	}
}
