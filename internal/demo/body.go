package demo

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	ghtml "github.com/yuin/goldmark/renderer/html"
)

// markdown is CommonMark with tables, lists of terms and footnotes. HTML passes,
// because boxes are made of it and all of the text is our own.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.DefinitionList, extension.Footnote,
	),
	goldmark.WithRendererOptions(ghtml.WithUnsafe()),
)

// bodyHTML turns the Markdown of a body into HTML that document.ImportHTML takes
// in without anything left over. Beside CommonMark it knows a quotation's last
// line "— Speaker, role", and boxes that begin with a line of three colons:
//
//	:::table Caption          :::box Title          :::pull Speaker, role
//	:::embed https://… Title
//
// and end with a line of three colons alone.
func bodyHTML(text string) (string, error) {
	var in strings.Builder
	open := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch kind, rest, _ := strings.Cut(line, " "); {
		case line == ":::" && open != "":
			in.WriteString("\n" + open + "\n\n")
			open = ""
		case strings.HasPrefix(line, ":::"):
			start, end, err := box(kind, rest)
			if err != nil || open != "" {
				return "", fmt.Errorf("the box %q is unknown or stands in another: %w", line, err)
			}
			in.WriteString("\n" + start + "\n\n")
			open = end
		case strings.HasPrefix(line, "> — "):
			in.WriteString("> " + footer(strings.TrimPrefix(line, "> — ")) + "\n")
		default:
			in.WriteString(line + "\n")
		}
	}
	if open != "" {
		return "", fmt.Errorf("a box is not closed")
	}
	var out bytes.Buffer
	if err := markdown.Convert([]byte(in.String()), &out); err != nil {
		return "", err
	}
	return tables(pulls(embeds(notes(out.String())))), nil
}

// box returns the HTML around the Markdown of a box. Blank lines on both sides
// make Markdown go on inside.
func box(kind, rest string) (start, end string, err error) {
	switch kind {
	case ":::table":
		return `<div class="table" title="` + html.EscapeString(rest) + `">`, "</div>", nil
	case ":::box":
		return "<aside><h2>" + html.EscapeString(rest) + "</h2>", "</aside>", nil
	case ":::pull":
		return `<div class="pull" title="` + html.EscapeString(rest) + `">`, "</div>", nil
	case ":::embed":
		address, title, _ := strings.Cut(rest, " ")
		return `<div class="embed" data-kind="embed"><strong>` + html.EscapeString(title) + "</strong>",
			`<p class="load"><a class="btn alt" href="` + html.EscapeString(address) + `">` + html.EscapeString(title) + "</a></p></div>", nil
	}
	return "", "", fmt.Errorf("no box is called %q", kind)
}

// footer splits the speaker of a quotation from what that person is, at the first
// comma.
func footer(text string) string {
	name, role := text, ""
	if i := strings.IndexAny(text, ",،"); i >= 0 {
		name, role = text[:i], `<span class="role">`+html.EscapeString(text[i:])+"</span>"
	}
	return "<footer>" + html.EscapeString(name) + role + "</footer>"
}

var (
	pullBox   = regexp.MustCompile(`(?s)<div class="pull" title="([^"]*)">\s*<p>(.*?)</p>\s*</div>`)
	tableBox  = regexp.MustCompile(`(?s)<div class="table" title="([^"]*)">\s*<table>(.*?)</table>\s*</div>`)
	embedText = regexp.MustCompile(`(<div class="embed" data-kind="embed"><strong>[^<]*</strong>)\s*<p>`)
	rowStart  = regexp.MustCompile(`(?s)<tr>\n<td[^>]*>(.*?)</td>`)
)

// notes takes the line and the spaces away with which Markdown sets its footnotes
// apart: how they look is not for the text to say.
func notes(s string) string {
	s = strings.Replace(s, "<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>", `<div class="footnotes" role="doc-endnotes">`, 1)
	return strings.ReplaceAll(s, "&#160;<a href=\"#fnref", "<a href=\"#fnref")
}

// embeds marks what a text says about the thing on another site as its caption.
func embeds(s string) string { return embedText.ReplaceAllString(s, `$1<p class="cap">`) }

// pulls makes one paragraph of a pull quote and its speaker.
func pulls(s string) string {
	return pullBox.ReplaceAllString(s, `<p class="pull side">$2<cite>$1</cite></p>`)
}

// tables gives a table its caption, and each row its first cell as a header.
func tables(s string) string {
	return tableBox.ReplaceAllStringFunc(s, func(found string) string {
		m := tableBox.FindStringSubmatch(found)
		rows := rowStart.ReplaceAllString(m[2], `<tr><th scope="row">$1</th>`)
		return "<table><caption>" + m[1] + "</caption>" + rows + "</table>"
	})
}
