package statement

import (
	"bytes"
	"regexp"
	"strings"

	"masthead.dev/masthead/internal/fault"
)

var (
	swiftTag = regexp.MustCompile(`(?m)^(?:\{1:.*\{4:)?:(20|25P?|28C?|60[FM]|61|13D|34F):`)
	camtName = regexp.MustCompile(`camt\.05([234])\.`)
)

// Sniff tells the format by the first 64 KiB, Unknown where it is none of ours.
func Sniff(data []byte) Kind {
	head := data[:min(len(data), 64<<10)]
	charset := ""
	if len(head) > 2 && head[0] == '<' && head[1] == 0 {
		charset = "utf-16"
	}
	s := strings.TrimLeft(text(head, charset), " \t\r\n\ufeff")
	if strings.HasPrefix(s, "<") {
		return sniffXML(s)
	}
	if k := sniffSWIFT(s); k != Unknown {
		return k
	}
	if foreign(head) == "" && looksLikeCSV(s) {
		return CSV
	}
	return Unknown
}

func sniffXML(s string) Kind {
	for element, kind := range map[string]Kind{"BkToCstmrStmt": CAMT053, "BkToCstmrAcctRpt": CAMT052, "BkToCstmrDbtCdtNtfctn": CAMT054} {
		if strings.Contains(s, element) {
			return kind
		}
	}
	if m := camtName.FindStringSubmatch(s); m != nil {
		return Kind("camt.05" + m[1])
	}
	return Unknown
}

func sniffSWIFT(s string) Kind {
	seen := map[string]bool{}
	for _, m := range swiftTag.FindAllStringSubmatch(strings.ReplaceAll(s, "\r", "\n"), 40) {
		seen[m[1]] = true
	}
	opening := seen["60F"] || seen["60M"]
	switch {
	case (seen["13D"] || seen["34F"]) && !opening:
		return MT942
	case opening && (seen["25"] || seen["25P"] || seen["20"]), seen["20"] && (seen["25"] || seen["25P"]), seen["20"] && seen["61"]:
		return MT940
	}
	return Unknown
}

// looksLikeCSV: two lines at least that one delimiter cuts into the same number
// of cells.
func looksLikeCSV(s string) bool {
	lines := sample(s)
	_, cells := delimiterOf(lines)
	return len(lines) > 1 && cells > 1
}

// foreign names a well-known format by its first bytes.
func foreign(data []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"PK\x03\x04", "a ZIP archive or an Excel file; unpack it, or save the sheet as CSV"},
		{"%PDF", "a PDF; banks offer CAMT.053, MT940 or CSV beside it"},
		{"\xd0\xcf\x11\xe0", "an old Excel file; save it as CSV"},
		{"OFXHEADER", "an OFX file; ask the bank for CAMT.053, MT940 or CSV"},
		{"<OFX", "an OFX file; ask the bank for CAMT.053, MT940 or CSV"},
		{"!Type:", "a QIF file; ask the bank for CAMT.053, MT940 or CSV"},
		{"!Account", "a QIF file; ask the bank for CAMT.053, MT940 or CSV"},
	} {
		if bytes.HasPrefix(bytes.TrimLeft(data, " \r\n\t\xef\xbb\xbf"), []byte(f.magic)) {
			return f.name
		}
	}
	if bytes.IndexByte(data, 0) >= 0 && !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return "no text file; ask the bank for CAMT.053, MT940 or CSV"
	}
	return ""
}

// refusal says what a file of a kind that is not read is, and what to do.
func refusal(k Kind, data []byte) error {
	switch k {
	case CAMT052:
		return fault.New(fault.Invalid, "This is CAMT.052, a report during the day whose lines may still change; ask the bank for CAMT.053, the final statement.")
	case CAMT054:
		return fault.New(fault.Invalid, "This is CAMT.054, a notice of single payments without balances; ask the bank for CAMT.053, the statement.")
	case MT942:
		return fault.New(fault.Invalid, "This is MT942, a report during the day whose lines may still change; ask the bank for MT940, the final statement.")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return fault.New(fault.Invalid, "The file is empty; download it from the bank again.")
	}
	if f := foreign(data[:min(len(data), 64<<10)]); f != "" {
		return fault.New(fault.Invalid, "This is %s.", f)
	}
	return fault.New(fault.Invalid, "This is no bank statement that is known here; CAMT.053, MT940 and CSV are.")
}
