package staff_test

import (
	"testing"

	"masthead.dev/masthead/internal/staff"
)

func TestRecoveryCodesDifferAndReadTheSameHoweverTheyAreTyped(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range staff.NewRecoveryCodes() {
		if len(code) != 19 || seen[code] || len(staff.PlainCode(code)) != 16 {
			t.Errorf("%q", code)
		}
		seen[code] = true
	}
	if len(seen) != staff.RecoveryCodes {
		t.Errorf("%d codes", len(seen))
	}
	const want = "4k091170vvvvhs3e"
	for _, typed := range []string{"4k09-1170-vvvv-hs3e", " 4K09 1170 VVVV HS3E", "4kO9-iL7o-uVuv-hs3e", "۴k۰۹-۱۱۷۰-vvvv-hs۳e"} {
		if got := staff.PlainCode(typed); got != want {
			t.Errorf("%q reads %q", typed, got)
		}
	}
}

func TestOfABrowserOnlyItsFamilyIsKnown(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                    "Firefox",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":         "Edge",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                       "Chrome",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18 Safari/604.1":   "Safari",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Safari/604.1":  "Chrome",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36": "Samsung Internet",
		"curl/8.9": "", "": "",
	} {
		if got := staff.Browser(agent); got != want {
			t.Errorf("%q is %q", agent, got)
		}
	}
}
