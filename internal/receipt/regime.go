package receipt

import (
	"embed"
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

//go:embed regimes
var regimeFiles embed.FS

// Regime is the law that a receipt is written for, as one version of data: what
// the operator has to enter before it may be used, and the words that it
// demands. Words that the law fixes stand in its own language and are not
// translated.
type Regime struct {
	Key       string            `json:"key"`
	Version   int               `json:"version"`
	Series    string            `json:"series"`    // of receipts for one gift
	Annual    string            `json:"annual"`    // series of receipts for all gifts of a year; "" where there are none
	Lang      string            `json:"lang"`      // of the words; "" is the donor's
	Paper     Paper             `json:"paper"`     //
	Automatic bool              `json:"automatic"` // takes the place of the plain receipt for each gift
	Party     bool              `json:"party"`     // needs the donor's full name and address
	GiftAid   bool              `json:"gift_aid"`  // has declarations
	Currency  string            `json:"currency"`  // of the gifts that it is about; "" is any
	KeepYears int               `json:"keep_years"`
	Source    string            `json:"source"` // the law
	Fields    []Field           `json:"fields"`
	Texts     map[string]string `json:"texts"`
}

// Field is what the operator enters for a regime.
type Field struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"` // "" is a line of text; "date", "money" (minor units) or "choice"
	Required bool     `json:"required"`
	Pattern  string   `json:"pattern"`
	Example  string   `json:"example"`
	Options  []string `json:"options"` // of a choice
}

// Plain is the regime of a newsroom that is no charity.
const Plain = "plain"

// keys are the regimes in the order in which the desk shows them.
var keys = []string{Plain, "us", "uk", "de", "ca"}

var regimes = func() map[string]Regime {
	out := map[string]Regime{}
	for _, key := range keys {
		b, err := regimeFiles.ReadFile("regimes/" + key + ".json")
		if err != nil {
			panic(err) // part of the program
		}
		var r Regime
		if err := json.Unmarshal(b, &r); err != nil || r.Key != key {
			panic("receipt: the data of the regime " + key + " is broken: " + err.Error())
		}
		out[key] = r
	}
	return out
}()

// Regimes lists the regimes.
func Regimes() []Regime {
	out := make([]Regime, 0, len(keys))
	for _, key := range keys {
		out = append(out, regimes[key])
	}
	return out
}

// RegimeOf returns a regime; fault.NotFound where there is none of that key.
func RegimeOf(key string) (Regime, error) {
	r, ok := regimes[key]
	if !ok {
		return Regime{}, fault.New(fault.NotFound, "there is no kind of receipt %q", key)
	}
	return r, nil
}

// text is a sentence of the regime with its {places} filled from pairs.
func (r Regime) text(key string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(r.Texts[key])
}

// Setting is the name under which Settings are kept.
const Setting = "receipts"

// Settings is what the operator decided about receipts. The zero value is a
// newsroom that is no charity.
type Settings struct {
	Regime    string                       `json:"regime"` // the one in use; "" is Plain
	Entered   map[string]map[string]string `json:"entered,omitempty"`
	Confirmed map[string]time.Time         `json:"confirmed,omitempty"`
	// Solicit says on the form that gifts are not deductible, as 26 USC 6113
	// demands of some organisations.
	Solicit bool `json:"solicit,omitempty"`
}

// Use returns the regime in use.
func (s Settings) Use() Regime {
	if r, ok := regimes[s.Regime]; ok {
		return r
	}
	return regimes[Plain]
}

// Automatic returns the regime of the receipt that every gift gets: the one in
// use, or the plain one where official receipts are written on demand.
func (s Settings) Automatic() Regime {
	if r := s.Use(); r.Automatic {
		return r
	}
	return regimes[Plain]
}

// Charity tells whether the newsroom has said that gifts to it can lower taxes.
func (s Settings) Charity() bool { return s.Use().Key != Plain }

// With takes a regime into use, with what was entered for it and checked.
func (s Settings) With(r Regime, entered map[string]string, confirmed time.Time) Settings {
	s.Entered, s.Confirmed = maps.Clone(s.Entered), maps.Clone(s.Confirmed)
	if s.Entered == nil {
		s.Entered = map[string]map[string]string{}
	}
	if s.Confirmed == nil {
		s.Confirmed = map[string]time.Time{}
	}
	s.Regime = r.Key
	if len(entered) > 0 {
		s.Entered[r.Key] = entered
	}
	if r.Key != Plain {
		s.Confirmed[r.Key] = confirmed
	}
	return s
}

// of is what was entered for a regime's field.
func (s Settings) of(r Regime, name string) string { return s.Entered[r.Key][name] }

// minor reads a field of minor units, 0 where nothing was entered.
func (s Settings) minor(r Regime, name, currency string) money.Amount {
	a, err := money.ParseExact(s.of(r, name), currency)
	if err != nil {
		return money.Amount{Currency: currency}
	}
	return a
}

// Check looks at what was entered for a regime and returns fault.Fields with
// keys of the message catalogue: a regime is used only once its status was
// confirmed and all its numbers are there.
func (r Regime) Check(entered map[string]string, confirmed bool) error {
	bad := fault.Fields{}
	if r.Key != Plain && !confirmed {
		bad["confirmed"] = "receipt.bad.confirmed"
	}
	for _, f := range r.Fields {
		if key := f.fault(entered[f.Name]); key != "" {
			bad[f.Name] = key
		}
	}
	if r.Key == "de" && entered["notice"] == "exemption" && entered["period"] == "" {
		bad["period"] = "receipt.bad.missing"
	}
	if (entered["goods"] == "") != (entered["goods_value"] == "") {
		bad["goods_value"] = "receipt.bad.goods"
	}
	return bad.Err()
}

func (f Field) fault(value string) string {
	if value == "" {
		if f.Required {
			return "receipt.bad.missing"
		}
		return ""
	}
	switch f.Kind {
	case "date":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "receipt.bad.date"
		}
	case "money":
		if _, err := money.ParseExact(value, "USD"); err != nil {
			return "receipt.bad.money"
		}
	case "choice":
		for _, o := range f.Options {
			if o == value {
				return ""
			}
		}
		return "receipt.bad.choice"
	}
	if f.Pattern != "" && !regexp.MustCompile(f.Pattern).MatchString(value) {
		return "receipt.bad.pattern"
	}
	return ""
}

// KeptUntil is the last moment that a receipt of a day must be kept: the end of
// the year so many years later.
func (r Regime) KeptUntil(issued time.Time) time.Time {
	return time.Date(issued.Year()+r.KeepYears, 12, 31, 23, 59, 59, 0, issued.Location())
}
