package outlet

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// Validate checks the settings and returns fault.Fields by the names of the
// JSON fields.
func (o Outlet) Validate() error {
	bad := fault.Fields{}
	o.checkNames(bad)
	o.checkLanguages(bad)
	o.checkAddresses(bad)
	o.checkLook(bad)
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "" || o.Zone == "Local" {
		bad["zone"] = "Choose a time zone by its name, such as Europe/Berlin."
	}
	if _, ok := money.Exponent(o.Currency); !ok {
		bad["currency"] = "Give the currency as three letters, such as USD or EUR."
	}
	if !slices.Contains([]Robots{RobotsOpen, RobotsNoTrain, RobotsNoModels}, o.Robots) {
		bad["robots"] = "Choose what machines may do."
	}
	return bad.Err()
}

func (o Outlet) checkNames(bad fault.Fields) {
	if strings.TrimSpace(o.Name) == "" {
		bad["name"] = "Give the newsroom a name."
	}
	if len(o.Name) > 200 {
		bad["name"] = "Shorten the name to at most 200 characters."
	}
	for field, address := range map[string]string{"email": o.Email, "security": o.Security} {
		if address == "" {
			continue
		}
		if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
			bad[field] = "Give one e-mail address, such as desk@example.org."
		}
	}
	if u, err := url.Parse(o.LicenceURL); o.LicenceURL != "" && (err != nil || !webAddress(u)) {
		bad["licence_url"] = "Give the address of the licence, beginning with https://."
	}
}

func (o Outlet) checkLanguages(bad fault.Fields) {
	if !ValidLang(o.Language) {
		bad["language"] = "Give the language as a tag, such as en, de or fa."
	}
	seen := map[string]bool{strings.ToLower(o.Language): true}
	for _, l := range o.Languages {
		if !ValidLang(l) || seen[strings.ToLower(l)] {
			bad["languages"] = "Give each further language once, as a tag such as de or fa."
		} else if reserved[strings.ToLower(l)] {
			bad["languages"] = "The address /" + strings.ToLower(l) + " is needed for something else; this language can only be the first one."
		}
		seen[strings.ToLower(l)] = true
	}
}

func (o Outlet) checkAddresses(bad fault.Fields) {
	if u, err := url.Parse(o.BaseURL); o.BaseURL != "" &&
		(err != nil || !webAddress(u) || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		bad["base_url"] = "Give the site's address without a path, such as https://lantern.example."
	}
	if err := CheckPattern(o.Pattern); err != nil {
		bad["pattern"] = fault.Say(err)
	}
	if len(o.Nav) > NavMost {
		bad["nav"] = "The navigation takes at most 12 entries."
	}
	for _, n := range o.Nav {
		if say := n.check(); say != "" {
			bad["nav"] = say
		}
	}
}

// checkLook refuses colours that are none, and those on which or in which text
// could not be read.
func (o Outlet) checkLook(bad fault.Fields) {
	for _, s := range Schemes() {
		p := o.Look.Palette(s)
		for field, text := range map[string]string{"accent": p.Accent, "paper": p.Paper} {
			if c, ok := ParseColour(text); text != "" && (!ok || c.String() != text) {
				bad[string(s)+"_"+field] = "Give the colour as #0b5660."
			}
		}
	}
	if len(bad) > 0 {
		return
	}
	for _, v := range o.Look.Check() {
		if !v.OK {
			bad[string(v.Scheme)+"_"+v.Field] = fmt.Sprintf("The contrast of %s is %.2f to 1, too little to read; %s would do.", v.Colour, v.Contrast, v.Nearest)
		}
	}
}

func webAddress(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// ValidLang tells whether a text is a well-formed language tag (BCP 47) in the
// form that Masthead writes: "en", "pt-BR", "zh-Hant".
func ValidLang(tag string) bool {
	t, err := language.Parse(tag)
	return err == nil && tag != "" && tag != "und" && t.String() == tag
}
