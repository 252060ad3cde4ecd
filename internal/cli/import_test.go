package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"masthead.dev/masthead/internal/importer"
	"masthead.dev/masthead/internal/store"
)

const smallExport = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>The Old Lantern</title><link>https://old.example</link><language>en-US</language><wp:wxr_version>1.2</wp:wxr_version>
<item><title>The bridge is closed</title><link>https://old.example/bridge/</link><dc:creator>dora</dc:creator><content:encoded><![CDATA[<p>From Monday on.</p>]]></content:encoded>
<wp:post_id>1</wp:post_id><wp:post_date_gmt>2020-03-05 10:00:00</wp:post_date_gmt><wp:post_name>bridge</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>
`

func importCommand(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = Run(t.Context(), append([]string{"import"}, args...), &out, &err)
	return out.String(), err.String(), code
}

// exportFile writes an export and returns it with a data folder that is not there.
func exportFile(t *testing.T, content string) (file, data string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "site.xml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, filepath.Join(dir, "data")
}

func TestAnImportMakesTheNewsroomAndSaysThatItWantsSettingUp(t *testing.T) {
	file, data := exportFile(t, smallExport+"</channel></rss>")
	out, errs, code := importCommand(t, file, "--data", data)
	if code != 0 || errs != "" || !strings.Contains(out, "masthead serve") || !strings.Contains(out, "The Old Lantern  https://old.example") {
		t.Fatalf("%d %q %q", code, out, errs)
	}
	s, err := store.Open(t.Context(), filepath.Join(data, "masthead.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if f, err := s.Lookup(t.Context(), "/bridge"); err != nil || f.Article == "" {
		t.Errorf("%+v %v", f, err)
	}
}

func TestTheReportOfAnImportIsOneJSONObject(t *testing.T) {
	file, data := exportFile(t, smallExport+"</channel></rss>")
	for _, want := range []int{2, 0} {
		out, _, code := importCommand(t, file, "--data", data, "--json")
		var rep importer.Report
		if err := json.Unmarshal([]byte(out), &rep); err != nil || code != 0 || rep.Written != want || rep.Items["post"].Found != 1 {
			t.Errorf("%d %v %s", code, err, out)
		}
	}
}

func TestABrokenExportEndsWithOneSentenceAndCodeOne(t *testing.T) {
	file, data := exportFile(t, smallExport+"<item><title>Cut")
	out, errs, code := importCommand(t, file, "--data", data, "--json")
	var rep importer.Report
	if err := json.Unmarshal([]byte(out), &rep); err != nil || rep.Complete || rep.Items["post"].Written != 1 {
		t.Errorf("%v %s", err, out)
	}
	if code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "line 7, column") || !strings.Contains(errs, "What came before it was brought in") {
		t.Errorf("%d %q", code, errs)
	}
}

func TestADryRunOnAnEmptyFolderLeavesNothing(t *testing.T) {
	file, data := exportFile(t, smallExport+"</channel></rss>")
	out, errs, code := importCommand(t, file, "--data", data, "--dry-run")
	if code != 0 || errs != "" || !strings.Contains(out, "A dry run") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("the data folder is there: %v", err)
	}
}

func TestAFileThatIsNoExportIsRefusedBeforeAnythingIsMade(t *testing.T) {
	file, data := exportFile(t, "once upon a time")
	for _, args := range [][]string{{file}, {file + ".none"}, {file, "--kind", "ghost"}} {
		_, errs, code := importCommand(t, append(args, "--data", data)...)
		if code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(strings.ToLower(errs), "wordpress") && !strings.Contains(errs, "there is no file") {
			t.Errorf("%v: %d %q", args, code, errs)
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("the data folder is there: %v", err)
	}
	if _, _, code := importCommand(t); code != 2 {
		t.Errorf("without a file: %d", code)
	}
}

func TestProgressIsPlainLinesWhereThereIsNoTerminal(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&out)
	b.show(importer.Progress{Doing: "reading", Done: 1})
	if out.Len() != 0 {
		t.Errorf("a short import says %q", out.String())
	}
	b.last = time.Now().Add(-2 * lineEvery)
	b.show(importer.Progress{Doing: "post", Done: 50, Total: 200})
	b.show(importer.Progress{Doing: "post", Done: 51, Total: 200})
	b.end()
	if out.String() != "post: 50 of 200\n" {
		t.Errorf("%q", out.String())
	}
}

func TestProgressIsABarOnATerminal(t *testing.T) {
	var out bytes.Buffer
	b := &bar{w: &out, terminal: true}
	b.show(importer.Progress{Doing: "post", Done: 100, Total: 200})
	b.end()
	if got := out.String(); !strings.Contains(got, strings.Repeat("█", 15)+strings.Repeat("░", 15)+"] post: 100 of 200") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("%q", got)
	}
}
