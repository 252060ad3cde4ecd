package document

import "testing"

func TestALinkThatBrowsersTakeForAnotherHostIsWrittenAsOne(t *testing.T) {
	for from, want := range map[string]string{
		`\\evil.example/x`: "https://evil.example/x",
		`/\evil.example/x`: "https://evil.example/x",
		`\/evil.example/x`: "https://evil.example/x",
		`\here`:            "/here",
		"/here\\there":     "/here\\there",
		"//host.example/a": "https://host.example/a",
	} {
		if got := cleanURL(from); got != want {
			t.Errorf("%s becomes %q, want %q", from, got, want)
		}
	}
}
