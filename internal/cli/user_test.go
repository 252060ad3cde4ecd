package cli_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/cli"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/passkey"
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
)

// newsroom makes an empty newsroom and a way to call commands on it.
func newsroom(t *testing.T) (*store.Store, func(args ...string) (code int, out, errs string)) {
	dir := t.TempDir()
	s := storetest.Open(t, filepath.Join(dir, "masthead.db"))
	return s, func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := cli.Run(t.Context(), append(args, "--data", dir), &out, &errs)
		return code, out.String(), errs.String()
	}
}

type account struct {
	ID, Email, Name, State, Link string
	Roles                        []string
}

func read[T any](t *testing.T, out string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return v
}

func token(link string) string { return link[strings.LastIndex(link, "/")+1:] }

func TestTheFirstAccountIsAnOwnerAndTheNextOnesNeedARole(t *testing.T) {
	s, run := newsroom(t)
	code, out, errs := run("user", "add", "Dora@Lantern.example", "--name", "Dora Winslade", "--json")
	if code != 0 {
		t.Fatal(code, errs)
	}
	dora := read[account](t, out)
	if dora.Email != "dora@lantern.example" || strings.Join(dora.Roles, " ") != "owner" || !strings.HasPrefix(dora.Link, "http://localhost:8080/desk/link/") {
		t.Errorf("%+v", dora)
	}
	if l, err := s.Link(t.Context(), token(dora.Link)); err != nil || l.Kind != store.LinkInvite || l.StaffID != dora.ID {
		t.Errorf("the link: %+v %v", l, err)
	}
	code, out, errs = run("user", "add", "ansel@lantern.example", "--name", "Ansel Quay", "--role", "reporter", "--role", "treasurer", "--url", "https://lantern.example/")
	if code != 0 || !strings.Contains(out, "https://lantern.example/desk/link/") || !strings.Contains(out, "reporter, treasurer") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, _ = run("user", "list", "--json")
	if all := read[[]account](t, out); code != 0 || len(all) != 2 || all[0].Name != "Ansel Quay" {
		t.Errorf("%d %+v", code, all)
	}
	if code, out, _ = run("user", "list"); code != 0 || !strings.Contains(out, "dora@lantern.example") {
		t.Errorf("%d %s", code, out)
	}
}

func TestAMistakeIsOneSentenceThatSaysWhatToDo(t *testing.T) {
	_, run := newsroom(t)
	run("user", "add", "dora@lantern.example", "--name", "Dora")
	for _, c := range []struct{ args, want string }{
		{"user add nobody --name N", "name@example.org"},
		{"user add a@x.example --name N", "--role"},
		{"user add a@x.example --name N --role king", "contributor, reporter"},
		{"user add a@x.example --name N --role owner:town", "leave out :town"},
		{"user add a@x.example --name N --role editor:town", `no section "town"`},
		{"user add a@x.example --name N --role editor --lang xx", "en, de, fa"},
		{"user add dora@lantern.example --name N --role editor", "already"},
		{"user reset x@x.example", "user list"},
	} {
		code, out, errs := run(strings.Fields(c.args)...)
		if code != 1 || out != "" || !strings.Contains(errs, c.want) || strings.Count(strings.TrimSpace(errs), "\n") > 0 {
			t.Errorf("%s: %d %q %q", c.args, code, out, errs)
		}
	}
	if code, _, errs := run("user", "add", "a@x.example"); code != 2 || !strings.Contains(errs, "--name") {
		t.Errorf("without a name: %d %q", code, errs)
	}
}

func TestAResetTakesEverythingAwayAndIsSeenBesideARunningServer(t *testing.T) {
	s, run := newsroom(t)
	_, out, _ := run("user", "add", "dora@lantern.example", "--name", "Dora", "--json")
	dora := read[account](t, out)
	var session string
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		if err = tx.SetPassword(t.Context(), store.System, dora.ID, "$hash", ""); err != nil {
			return err
		}
		if err = tx.SetTOTP(t.Context(), store.System, dora.ID, "box", 1); err != nil {
			return err
		}
		if err = tx.SetRecovery(t.Context(), store.System, dora.ID, []string{"one"}); err != nil {
			return err
		}
		if err = tx.AddPasskey(t.Context(), store.System, store.Passkey{Key: passkey.Key{Credential: "c", Data: "{}"}, StaffID: dora.ID, Site: "localhost", Name: "Phone"}); err != nil {
			return err
		}
		if _, err = tx.AddStaff(t.Context(), store.System, staff.Person{Email: "ansel@lantern.example", Name: "Ansel", Lang: "de", Grants: []staff.Grant{{Role: staff.Owner}}}); err != nil {
			return err
		}
		session, err = tx.StartSession(t.Context(), dora.ID, store.StageFull, store.From{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := run("user", "reset", "DORA@lantern.example", "--json")
	if code != 0 {
		t.Fatal(code, errs)
	}
	if _, err := s.Session(t.Context(), session); !fault.Is(err, fault.NotFound) {
		t.Errorf("the session goes on: %v", err)
	}
	a, err := s.Account(t.Context(), dora.ID)
	if err != nil || a.PasswordHash != "" || a.TOTPBox != "" {
		t.Errorf("%+v %v", a, err)
	}
	reset := read[account](t, out)
	if l, err := s.Link(t.Context(), token(reset.Link)); err != nil || l.Kind != store.LinkReset || time.Until(l.ExpiresAt) < 23*time.Hour {
		t.Errorf("the link: %+v %v", l, err)
	}
	if _, err := s.Link(t.Context(), token(dora.Link)); err == nil {
		t.Error("the invitation still works")
	}
	if keys, err := s.Passkeys(t.Context(), dora.ID); err != nil || len(keys) != 0 {
		t.Errorf("passkeys: %+v %v", keys, err)
	}
	if r, err := s.Recovery(t.Context(), dora.ID); err != nil || !r.MadeAt.IsZero() {
		t.Errorf("recovery codes: %+v %v", r, err)
	}
	log, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 1})
	if err != nil || len(log) != 1 || log[0].By.Name != "masthead user" || log[0].Action != "staff.reset" || log[0].ID != dora.ID {
		t.Errorf("%+v %v", log, err)
	}
	mails, err := s.Mails(t.Context(), 10, 0)
	if err != nil || len(mails) != 2 {
		t.Fatalf("mails: %+v %v", mails, err)
	}
	for _, m := range mails {
		if want := map[string]string{"dora@lantern.example": "en", "ansel@lantern.example": "de"}[m.ToAddress]; m.Lang != want || strings.Contains(m.Text, token(reset.Link)) || strings.Contains(m.Text, "/link/") {
			t.Errorf("to %s in %s:\n%s", m.ToAddress, m.Lang, m.Text)
		}
	}
}
