package desk

import (
	"masthead.dev/masthead/internal/staff"
	"masthead.dev/masthead/internal/web"
)

// moneyLinks are the pages about money, in the order of the money page. Each is
// shown to those who may open it.
var moneyLinks = []struct {
	key, href string
	may       staff.Action
}{}

// moneyNav is the list of pages about money that this person may open.
func (v *visit) moneyNav() []web.Link {
	var out []web.Link
	for _, l := range moneyLinks {
		if v.may(l.may, staff.Object{}).OK() {
			out = append(out, web.Link{Text: v.loc.T(l.key), Href: l.href})
		}
	}
	return out
}
