package web

import "masthead.dev/masthead/internal/money"

// ReceiptMail is about a receipt: "mail/receipt_sent" brings one once more,
// "mail/receipt_replaced" tells that another one holds now, and
// "mail/receipt_voided" that one holds no more.
type ReceiptMail struct {
	MailFrame
	Name        string
	Number      string       // of the receipt that holds; "" where it was voided
	Was         string       // number of the one that ended; "" where none did
	Amount      money.Amount // of the one that holds, else of the one that ended
	ReceiptLink string       // absolute; "" for none
	MyLink      string       // absolute
}

// Lines are the facts of the receipt, in order.
func (m ReceiptMail) Lines() []Fact {
	number := m.Number
	if number == "" {
		number = m.Was
	}
	return filled(
		Fact{Name: m.T("thanks.receipt"), Value: number},
		Fact{Name: m.T("books.amount"), Value: m.Money(m.Amount)},
		Fact{Name: m.T("mail.giver"), Value: m.Name},
	)
}

// Links are where the receipt can be read, and all others.
func (m ReceiptMail) Links() []Link {
	var out []Link
	if m.ReceiptLink != "" {
		out = append(out, Link{Text: m.T("receipt.link"), Href: m.ReceiptLink})
	}
	return append(out, Link{Text: m.T("plan.link.my"), Href: m.MyLink})
}

// receiptLinks are where the gift's receipt can be read, and the forms that
// have to do with taxes.
func (m GiftMail) receiptLinks() []Link {
	var out []Link
	for _, l := range []Link{{Text: m.T("receipt.link"), Href: m.ReceiptLink}, {Text: m.T("receipt.link.giftaid"), Href: m.GiftAidLink},
		{Text: m.T("receipt.link.party"), Href: m.PartyLink}} {
		if l.Href != "" {
			out = append(out, l)
		}
	}
	return out
}
