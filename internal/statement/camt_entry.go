package statement

import (
	"slices"
	"strings"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/money"
)

// payment is a detail with both sides of it, until the entry's sign tells which
// is the other one.
type payment struct {
	Detail
	side             int64 // −1, +1; 0 where the detail leaves it to the entry
	debtor, creditor Party
	ultimateDebtor   string
	ultimateCreditor string
	code             [2]string
	charges          []charge
	servicerRef      string
	loose            bool
}

// charge is what a bank took (or gave back), unsigned with its side.
type charge struct {
	amount money.Amount
	side   int64
}

// entry reads one Ntry. Its details are read one by one, because a batch may
// hold tens of thousands.
func (r *xmlReader) entry(s *Statement) error {
	head := &node{}
	var list []payment
	for {
		name, err := r.child()
		if err != nil {
			return err
		}
		if name == "" {
			break
		}
		if name == "NtryDtls" {
			if list, err = r.payments(list); err != nil {
				return err
			}
			continue
		}
		kid, err := r.tree(name)
		if err != nil {
			return err
		}
		head.kids = append(head.kids, kid)
	}
	e, err := s.entryOf(head, list)
	if err != nil {
		return err
	}
	if e.Status == "BOOK" {
		s.Entries = append(s.Entries, e)
	} else {
		s.Pending = append(s.Pending, e)
	}
	return nil
}

func (r *xmlReader) payments(list []payment) ([]payment, error) {
	for {
		name, err := r.child()
		if err != nil || name == "" {
			return list, err
		}
		n, err := r.tree(name)
		if err != nil {
			return list, err
		}
		if name == "TxDtls" {
			list = append(list, paymentOf(n))
		}
	}
}

func (s *Statement) entryOf(head *node, list []payment) (Entry, error) {
	a, err := signedAmount(head)
	if err != nil {
		return Entry{}, s.refuse("line %d cannot be read (%s)", len(s.Entries)+len(s.Pending)+1, fault.Say(err))
	}
	e := Entry{
		Format: CAMT053, currency: a.Currency, Amount: a.Minor, Status: head.first("Sts/Cd", "Sts/Prtry", "Sts"),
		BookedAt: dayOf(head.at("BookgDt")), ValueAt: dayOf(head.at("ValDt")), BankRef: given(head.say("AcctSvcrRef")),
		Reversal: head.say("RvslInd") == "true" || head.say("RvslInd") == "1", Text: words(head.say("AddtlNtryInf")),
	}
	if e.Status == "" {
		e.Status = "BOOK"
	}
	e.Code, e.BankCode = codes(head)
	charges := chargesOf(head)
	for i := range list {
		if e.Code == "" && e.BankCode == "" {
			e.Code, e.BankCode = list[i].code[0], list[i].code[1]
		}
		if e.BankRef == "" && len(list) == 1 {
			e.BankRef = list[0].servicerRef
		}
		if len(charges) == 0 || len(list) > 1 { // a single detail repeats what the entry says
			charges = append(charges, list[i].charges...)
		}
		e.loose = e.loose || list[i].loose
		e.Details = append(e.Details, s.detail(&list[i], &e))
	}
	e.addInstructed(head)
	for _, c := range charges {
		if c.amount.Currency == a.Currency {
			e.Charges, _ = money.AddMinor(e.Charges, c.side*c.amount.Minor)
		}
	}
	return e, nil
}

// detail finishes a payment with what its entry knows.
func (s *Statement) detail(p *payment, e *Entry) Detail {
	d := p.Detail
	side := p.side
	if side == 0 {
		side = 1
		if e.Amount < 0 {
			side = -1
		}
	}
	if d.Stated.Currency == e.currency {
		d.Amount = side * d.Stated.Minor
	}
	// Parties keep the roles of the payment that is taken back.
	other, ultimate, own := p.debtor, p.ultimateDebtor, p.creditor
	if (side < 0) != e.Reversal {
		other, ultimate, own = p.creditor, p.ultimateCreditor, p.debtor
	}
	if s.own(other) || (other == Party{} && ultimate == "" && !s.own(own)) { // a return names us where we stood in the first payment
		other, ultimate = own, ""
	}
	if d.Counterparty, d.Ultimate = other, ultimate; other.Name == "" {
		d.Counterparty.Name = ultimate
	}
	return d
}

func (s *Statement) own(p Party) bool {
	return s.Account != "" && (p.IBAN == s.Account || p.Account == s.Account)
}

// addInstructed takes what a lone detail leaves to the entry.
func (e *Entry) addInstructed(head *node) {
	if len(e.Details) == 1 && e.Details[0].Instructed.Currency == "" {
		e.Details[0].Instructed, e.Details[0].Rate = instructed(head)
	}
}

// codes are ISO's domain/family/subfamily and the bank's own.
func codes(n *node) (iso, bank string) {
	n = n.at("BkTxCd")
	for _, part := range []string{n.say("Domn", "Cd"), n.say("Domn", "Fmly", "Cd"), n.say("Domn", "Fmly", "SubFmlyCd")} {
		if part != "" {
			iso += "/" + part
		}
	}
	return strings.TrimPrefix(iso, "/"), n.say("Prtry", "Cd")
}

// chargesOf reads Chrgs of the old form (one a charge) and of the new (records).
func chargesOf(n *node) (out []charge) {
	add := func(n *node) {
		a, err := amountOf(n)
		side, noSide := sideOf(n)
		if noSide != nil {
			side = -1
		}
		if err == nil && a.Minor != 0 {
			out = append(out, charge{a, side})
		}
	}
	n.each("Chrgs", func(c *node) {
		add(c)
		c.each("Rcrd", add)
		if total := c.at("TtlChrgsAndTaxAmt"); total != nil && c.at("Amt") == nil && c.at("Rcrd") == nil {
			add(&node{kids: []*node{{name: "Amt", text: total.text, ccy: total.ccy}}})
		}
	})
	return out
}

func paymentOf(n *node) payment {
	p := payment{charges: chargesOf(n)}
	p.code[0], p.code[1] = codes(n)
	p.side, _ = sideOf(n)
	p.Stated, p.loose = statedIn(n)
	p.Instructed, p.Rate = instructed(n)
	refs := n.at("Refs")
	p.EndToEndID = given(refs.say("EndToEndId"))
	p.servicerRef = given(refs.say("AcctSvcrRef"))
	p.TxID = given(refs.first("TxId", "AcctSvcrTxId", "AcctSvcrRef", "ClrSysRef", "UETR"))
	p.MandateID = given(refs.say("MndtId"))
	p.Purpose = n.first("Purp/Cd", "Purp/Prtry")
	p.ReturnReason = n.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd")
	p.parties(n)
	p.remittance(n)
	return p
}

// statedIn looks where the versions keep a payment's amount: TxDtls/Amt since
// 001.03; before, only the order's amount in AmtDtls/TxAmt (loose).
func statedIn(n *node) (stated money.Amount, loose bool) {
	if a, err := amountOf(n); err == nil {
		return a, false
	}
	if a, err := amountOf(n.at("AmtDtls", "TxAmt")); err == nil {
		return a, true
	}
	return money.Amount{}, false
}

func instructed(n *node) (money.Amount, string) {
	n = n.at("AmtDtls")
	rate := ""
	for _, name := range []string{"InstdAmt", "TxAmt", "CntrValAmt"} {
		if rate == "" {
			rate = n.say(name, "CcyXchg", "XchgRate")
		}
	}
	a, err := amountOf(n.at("InstdAmt"))
	if err != nil {
		return money.Amount{}, rate
	}
	return a, rate
}

// given drops the words that say "none".
func given(ref string) string {
	switch strings.ToUpper(strings.Trim(bare(ref), "-.*")) {
	case "NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE", "UNKNOWN", "NOREF", "NICHTANGEGEBEN", "":
		return ""
	}
	return words(ref)
}

func (p *payment) parties(n *node) {
	parties, agents := n.at("RltdPties"), n.at("RltdAgts")
	party := func(who, account, agent string) Party {
		out := Party{Name: words(parties.first(who+"/Nm", who+"/Pty/Nm", who+"/Agt/FinInstnId/Nm")),
			BIC: agents.first(agent+"/FinInstnId/BIC", agent+"/FinInstnId/BICFI")}
		out.number(parties.first(account+"/Id/IBAN", account+"/Id/Othr/Id", account+"/Id/BBAN"))
		return out
	}
	p.debtor, p.creditor = party("Dbtr", "DbtrAcct", "DbtrAgt"), party("Cdtr", "CdtrAcct", "CdtrAgt")
	p.ultimateDebtor = words(parties.first("UltmtDbtr/Nm", "UltmtDbtr/Pty/Nm"))
	p.ultimateCreditor = words(parties.first("UltmtCdtr/Nm", "UltmtCdtr/Pty/Nm"))
}

// remittance takes the first structured reference; a payment for several
// invoices keeps the others among the words.
func (p *payment) remittance(n *node) {
	var lines, more []string
	rmt := n.at("RmtInf")
	rmt.each("Ustrd", func(u *node) { lines = append(lines, u.text) })
	rmt.each("Strd", func(s *node) {
		switch ref := bare(s.say("CdtrRefInf", "Ref")); {
		case ref == "" || ref == p.Reference || slices.Contains(more, ref):
		case p.Reference == "":
			p.Reference = ref
		default:
			more = append(more, ref)
		}
		s.each("AddtlRmtInf", func(a *node) { more = append(more, words(a.text)) })
	})
	p.Remittance = joinCut(lines, 140)
	for _, m := range more {
		p.Remittance = joinWords(p.Remittance, m)
	}
	if p.Remittance == "" {
		p.Remittance = words(n.say("AddtlTxInf"))
	}
}
