package web

import (
	"strings"

	"masthead.dev/masthead/internal/locale"
)

// accountWords are the keys of readers' words for the accounts that the program
// brings along.
var accountWords = map[string]string{
	"Income:Donations": "books.account.donations", "Income:Donations:Refunded": "books.refunds", "Income:Donations:Chargebacks": "books.account.chargebacks",
	"Income:Matching": "books.account.matching", "Income:Grants": "books.account.grants", "Income:Events": "books.account.events",
	"Income:Advertising": "books.account.advertising", "Income:Sales": "books.account.sales", "Income:Other": "books.account.income",
	"Expenses:Fees:Processing": "books.account.processing", "Expenses:Fees:Disputes": "books.account.disputes", "Expenses:Fees:Payout": "books.account.payout",
	"Expenses:FX": "books.account.exchange", "Expenses:Reporting": "books.account.reporting", "Expenses:Freelance": "books.account.freelance",
	"Expenses:Salaries": "books.account.salaries", "Expenses:Photography": "books.account.photography", "Expenses:Travel": "books.account.travel",
	"Expenses:Hosting": "books.account.hosting", "Expenses:Office": "books.account.office", "Expenses:Legal": "books.account.legal",
	"Expenses:Insurance": "books.account.insurance", "Expenses:Events": "books.account.gatherings", "Expenses:Taxes": "books.account.taxes",
	"Expenses:Other": "books.account.expense", "Assets:Cash": "books.account.cash", "Liabilities:Payables": "books.account.payables",
	"Liabilities:Unallocated": "books.account.unallocated",
}

// AccountName is a reader's word for an account of the books: the outlet's own
// (by language, where it has set one in this language or the fallback), else the
// program's, else its name, "Expenses:Office-Rent" as "Office Rent".
func AccountName(l *locale.Locale, lang, fallback, account string, own map[string]string) string {
	for _, tag := range []string{lang, fallback} {
		if own[tag] != "" {
			return own[tag]
		}
	}
	if key, ok := accountWords[account]; ok {
		return l.T(key)
	}
	_, rest, _ := strings.Cut(account, ":")
	return strings.ReplaceAll(strings.ReplaceAll(rest, ":", ", "), "-", " ")
}
