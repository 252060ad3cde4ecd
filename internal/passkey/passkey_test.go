package passkey_test

import (
	"strings"
	"testing"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/passkey/passkeytest"
)

const origin = "https://desk.example.org"

func site(t *testing.T) passkey.Site {
	t.Helper()
	s, why := passkey.At(origin, "", "The Lantern")
	if why != "" {
		t.Fatal(why)
	}
	return s
}

// enrolled makes a passkey and the device that it is in.
func enrolled(t *testing.T) (passkey.User, *passkeytest.Device) {
	t.Helper()
	u, d := passkey.User{ID: "s1", Email: "dora@lantern.example", Name: "Dora"}, passkeytest.New(t, origin)
	q, err := site(t).Enrol(u)
	if err != nil {
		t.Fatal(err)
	}
	k, err := site(t).Enrolled(u, q.Kept, d.Make(t, q.Options))
	if err != nil {
		t.Fatal(err)
	}
	u.Keys = []passkey.Key{k}
	return u, d
}

// signed asks for a signature and checks the device's answer to it.
func signed(t *testing.T, of *passkey.User, u passkey.User, d *passkeytest.Device) (passkey.Key, bool, error) {
	t.Helper()
	q, err := site(t).Ask(of)
	if err != nil {
		t.Fatal(err)
	}
	return site(t).Answered(u, q.Kept, d.Sign(t, q.Options))
}

func TestAPasskeySignsInAsOftenAsItIsAsked(t *testing.T) {
	u, d := enrolled(t)
	for i, of := range []*passkey.User{nil, &u, nil} {
		k, copied, err := signed(t, of, u, d)
		if err != nil || copied || k.Count != d.Count || k.Credential != u.Keys[0].Credential {
			t.Fatalf("%d: %+v %v %v", i, k, copied, err)
		}
		u.Keys[0] = k
	}
	if strings.Contains(u.Keys[0].Data, "attestationObject") {
		t.Errorf("more is kept than is needed: %s", u.Keys[0].Data)
	}
}

func TestTheBrowserIsAskedToVerifyThePersonAndToMakeNoSecondKey(t *testing.T) {
	u, _ := enrolled(t)
	q, err := site(t).Enrol(u)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"userVerification":"required"`, `"residentKey":"required"`, `"attestation":"none"`, u.Keys[0].Credential, `"timeout":300000`} {
		if !strings.Contains(string(q.Options), want) {
			t.Errorf("%s is not in %s", want, q.Options)
		}
	}
	if q, err = site(t).Ask(nil); err != nil || !strings.Contains(string(q.Options), `"userVerification":"required"`) || strings.Contains(string(q.Options), u.Keys[0].Credential) {
		t.Errorf("%s %v", q.Options, err)
	}
}

func TestAnAnswerThatDoesNotFitIsRefused(t *testing.T) {
	u, d := enrolled(t)
	other, _ := enrolled(t)
	for name, c := range map[string]struct {
		change func(d *passkeytest.Device)
		user   passkey.User
	}{
		"of a page elsewhere":         {func(d *passkeytest.Device) { d.Origin = "https://desk.example.org.evil.example" }, u},
		"of a page on another port":   {func(d *passkeytest.Device) { d.Origin = "https://desk.example.org:444" }, u},
		"of a page without TLS":       {func(d *passkeytest.Device) { d.Origin = "http://desk.example.org" }, u},
		"for another site":            {func(d *passkeytest.Device) { d.Host = "evil.example" }, u},
		"without the person verified": {func(d *passkeytest.Device) { d.Verified = false }, u},
		"with another user's id":      {func(d *passkeytest.Device) { d.User = []byte("s2") }, u},
		"of a key that is not theirs": {func(*passkeytest.Device) {}, other},
		"of a user without a passkey": {func(*passkeytest.Device) {}, passkey.User{ID: "s1"}},
		"signed by another key": {func(d *passkeytest.Device) {
			id := d.ID
			*d = *passkeytest.New(t, origin)
			d.ID, d.User = id, []byte("s1")
		}, u},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := *d
			c.change(&wrong)
			if k, _, err := signed(t, nil, c.user, &wrong); !fault.Is(err, fault.Denied) {
				t.Errorf("%+v %v", k, err)
			}
		})
	}
	q, _ := site(t).Ask(nil)
	later, _ := site(t).Ask(nil)
	if _, _, err := site(t).Answered(u, later.Kept, d.Sign(t, q.Options)); !fault.Is(err, fault.Denied) {
		t.Errorf("the answer to another question: %v", err)
	}
	for _, junk := range []string{"", "{}", "null", `{"id":"AA","type":"public-key"}`, strings.Repeat("[", 1000)} {
		if _, _, err := site(t).Answered(u, q.Kept, []byte(junk)); !fault.Is(err, fault.Denied) {
			t.Errorf("%q: %v", junk, err)
		}
		if _, err := passkey.Claims([]byte(junk)); !fault.Is(err, fault.Denied) {
			t.Errorf("%q claims: %v", junk, err)
		}
	}
}

func TestANewPasskeyOfAnotherPlaceOrWithoutVerificationIsRefused(t *testing.T) {
	u := passkey.User{ID: "s1", Email: "dora@lantern.example", Name: "Dora"}
	for name, change := range map[string]func(d *passkeytest.Device){
		"elsewhere":  func(d *passkeytest.Device) { d.Origin = "https://evil.example" },
		"other site": func(d *passkeytest.Device) { d.Host = "evil.example" },
		"no person":  func(d *passkeytest.Device) { d.Verified = false },
	} {
		q, err := site(t).Enrol(u)
		if err != nil {
			t.Fatal(err)
		}
		d := passkeytest.New(t, origin)
		change(d)
		if _, err := site(t).Enrolled(u, q.Kept, d.Make(t, q.Options)); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACounterThatDoesNotRiseIsTold(t *testing.T) {
	u, d := enrolled(t)
	d.Count = 7
	k, copied, err := signed(t, nil, u, d)
	if err != nil || copied || k.Count != 8 {
		t.Fatalf("%+v %v %v", k, copied, err)
	}
	u.Keys[0] = k
	for _, count := range []uint32{8, 3, 0} {
		d.Count, d.Still = count, true
		if _, copied, err := signed(t, nil, u, d); err != nil || !copied {
			t.Errorf("%d after 8: copied %v, %v", count, copied, err)
		}
	}
	u.Keys[0].Count, d.Count = 0, 0 // synchronised keys count nothing
	if _, copied, err := signed(t, nil, u, d); err != nil || copied {
		t.Errorf("0 after 0: copied %v, %v", copied, err)
	}
}

func TestPasskeysNeedANameAndTLSButForLocalhost(t *testing.T) {
	for _, c := range []struct {
		base, host string
		why        passkey.Why
		id         string
		origins    string
	}{
		{"https://desk.example.org", "10.0.0.7:8080", "", "desk.example.org", "https://desk.example.org"},
		{"https://Desk.Example.org:8443", "x", "", "desk.example.org", "https://desk.example.org:8443"},
		{"https://zeitung-süd.example", "x", "", "xn--zeitung-sd-ieb.example", "https://xn--zeitung-sd-ieb.example"},
		{"http://localhost:8080", "x", "", "localhost", "http://localhost:8080"},
		{"", "localhost:8080", "", "localhost", "http://localhost:8080 https://localhost:8080"},
		{"", "desk.example.org", "", "desk.example.org", "https://desk.example.org"},
		{"", "192.0.2.7:8080", passkey.NoName, "", ""},
		{"", "[2001:db8::7]:8080", passkey.NoName, "", ""},
		{"", "intranet:8080", passkey.NoName, "", ""},
		{"", "", passkey.NoName, "", ""},
		{"https://192.0.2.7", "desk.example.org", passkey.NoName, "", ""},
		{"http://desk.example.org", "desk.example.org", passkey.NoTLS, "", ""},
	} {
		s, why := passkey.At(c.base, c.host, "x")
		if why != c.why || s.ID != c.id || strings.Join(s.Origins, " ") != c.origins {
			t.Errorf("%q, %q: %+v %q", c.base, c.host, s, why)
		}
	}
}
