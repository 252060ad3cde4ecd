package statement

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// role is a field of a mapping.
type role int

const (
	noRole role = iota
	roleDate
	roleValueDate
	roleAmount
	roleSide
	roleDebit
	roleCredit
	roleBalance
	roleCurrency
	roleAccount
	roleText
	roleName
	rolePayee
	roleFee
	roleIBAN
	roleBIC
	roleReference
	roleEndToEnd
	roleBankRef
	roleStatus
)

// headerWords are the headers of banks' files, folded (see foldHeader), in the
// order in which a bank's several columns for one field are preferred.
var headerWords = map[role]string{
	roleDate:      "buchungstag|buchungsdatum|buchung|bookingdate|dateofbooking|postingdate|posteddate|transactiondate|completeddate|boekdatum|boekingsdatum|datum|date|datecomptable|dateoperation|datedecomptabilisation|fechaoperacion|fechacontable|fecha|datacontabile|dataoperazione|data|dataksiegowania|dataoperacji|datatransakcji|bokforingsdag|bokforingsdatum|bogforingsdato|bokforingsdato|dato|kirjauspaiva|datumzauctovani|datumprovedeni|datalancamento|abschlussdatum|transaktionsdatum|created|createdon",
	roleValueDate: "valuta|valutadatum|valutatag|wertstellung|wertstellungstag|wertstellungsdatum|valuedate|rentedatum|datevaleur|datedevaleur|fechavalor|datavaluta|datawaluty|valutadag|valutering|arvopaiva|datumvaluty|datavalor|rentedato",
	roleAmount:    "betrag|umsatz|umsatzbetrag|amount|transactionamount|amountaccountcurrency|bedrag|transactiebedrag|montant|importe|importo|kwota|kwotaoperacji|kwotatransakcji|belopp|belob|belop|summa|maara|castka|objem|valor|net|transaktionsbetrag|betragineur|betraginchf|amounteur|bedrageur|bedragineur|montanteneuros",
	roleSide:      "sollhaben|sh|afbij|debitcredit|creditdebit|dc|cd|debetcredit|creditdebitindicator|sens|richtung|direction|bijaf",
	roleDebit:     "soll|debit|debitamount|belastung|lastschrift|moneyout|paidout|withdrawals|withdrawal|uitgaven|cargo|cargos|addebiti|addebito|dare|uscite|belastunginchf|lastschriftinchf|debito|af|obciazenia|ausgaben",
	roleCredit:    "haben|credit|creditamount|gutschrift|moneyin|paidin|deposits|deposit|inkomsten|abono|abonos|accrediti|accredito|avere|entrate|gutschriftinchf|credito|bij|uznania|einnahmen",
	roleBalance:   "saldo|kontostand|balance|runningbalance|accountbalance|saldonachbuchung|saldonabuchung|saldonatrn|saldonamutatie|solde|saldocontabile|saldopooperacji|stand|beginsaldo|saldoinchf|resultingbalance|saldoaposmovimento",
	roleCurrency:  "waehrung|wahrung|currency|munt|muntsoort|valutacode|devise|divisa|moneda|waluta|mena|vaelute|valuuta|whrg|ccy",
	roleAccount:   "auftragskonto|ibanauftragskonto|bezeichnungauftragskonto|kontonummer|kontoiban|rekening|rekeningnummer|ibanbban|ownaccount|accountiban|accountnumber|numerrachunku|eigeneiban|kontonr|numerodecompte|ownaccountnumber",
	roleText:      "verwendungszweck|buchungstext|zahlungszweck|mededelingen|mededeling|omschrijving|omschrijving1|omschrijving2|description|transactiondescription|details|memo|message|notificationtext|libelle|communication|communications|concepto|causale|descrizione|tytul|opisoperacji|opistransakcji|opis|tytulem|meddelande|tekst|viesti|selitys|zprava|zpravaproprijemce|descricao|betreff|mitteilung|remittanceinformation|paymentreference|reference|text|avisierungstext|beschreibung|beschreibung1|beschreibung2|buchungsdetails|subject|transactiondetails|narrative|information",
	roleName:      "nameszahlungsbeteiligter|namezahlungsbeteiligter|beguenstigterzahlungspflichtiger|begunstigterzahlungspflichtiger|auftraggeberbeguenstigter|auftraggeberempfanger|auftraggeberempfaenger|zahlungspflichtiger|zahlungspflichtige|payeepayer|payername|payer|name|partnername|counterparty|counterpartyname|nametegenpartij|naamtegenpartij|naamomschrijving|contrepartie|nomcontrepartie|kontrahent|nadawcaodbiorca|daneodbiorcynadawcy|nazwakontrahenta|beneficiario|ordenante|motpart|navnmotpart|saajamaksaja|nazevprotiuctu|merchant|auftraggeber",
	rolePayee:     "zahlungsempfangerin|zahlungsempfanger|zahlungsempfaenger|empfanger|empfaenger|recipient|payee|beneficiary|odbiorca|destinataire",
	roleFee:       "fee|fees|gebuhr|gebuehr|feeamount|kosten|frais|commission",
	roleIBAN:      "ibanzahlungsbeteiligter|kontonummeriban|ibanbegunstigter|ibanauftraggeber|partneriban|counterpartyiban|counterpartyaccount|tegenrekening|tegenrekeningibanbban|tegenpartijiban|rekeningtegenpartij|compteduecontrepartie|comptecontrepartie|rachunekkontrahenta|nrrachunkukontrahenta|numerrachunkukontrahenta|iban|motkonto|tilinumero|cisloprotiuctu|protiucet|payeraccount|partneraccountnumber|accountnumbercounterparty",
	roleBIC:       "bic|bicswiftcode|biczahlungsbeteiligter|bictegenpartij|swift|bicswift|counterpartybic|partnerbic|codebic|biccounterparty",
	roleReference: "betalingskenmerk|structuredreference|structuredcreditorreference|creditorreference|qrreferenz|zahlungsreferenz|referenznummer|gestructureerdemededeling|viite|viitenumero|kid|ocr|variabelsymbol|variabilnisymbol|communicationstructuree|rfreference",
	roleEndToEnd:  "endtoendid|endtoendreferenz|kundenreferenzendtoend|kundenreferenz|e2ereferenz|endtoendreference|glaeubigeridendtoend|customerreference",
	roleBankRef:   "transaktionsreferenz|bankreference|bankreferenz|transactionid|transactionreference|volgnr|transactiereferentie|umsatzid|buchungsreferenz|referencebanque|idtransakcji|numertransakcji|numeroperacji|idoperace|arkistointitunnus|verifikationsnummer|transferwiseid|referentie|transaktionsnr|transaktionsnummer",
	roleStatus:    "status|state|umsatzstatus|etat|stav|info|buchungsstatus",
}

// rank is how good a header is for its role, the best being 0.
type rank struct {
	role  role
	place int
}

var headerRanks = func() map[string]rank {
	out := map[string]rank{}
	for r, list := range headerWords {
		for i, w := range strings.Split(list, "|") {
			out[w] = rank{r, i}
		}
	}
	return out
}()

// rankOf looks a header up: as it stands, without what is in brackets, without
// a currency behind it.
func rankOf(header string) (rank, bool) {
	plain, _, _ := strings.Cut(header, "(")
	folded := foldHeader(header)
	tries := []string{folded, foldHeader(plain)}
	for _, unit := range []string{"euros", "euro", strings.ToLower(currencyIn(header))} {
		if rest, ok := strings.CutSuffix(folded, unit); ok && unit != "" {
			tries = append(tries, rest, strings.TrimSuffix(rest, "in"), strings.TrimSuffix(rest, "en"))
		}
	}
	for _, h := range tries {
		if r, ok := headerRanks[h]; ok && h != "" {
			return r, true
		}
	}
	return rank{}, false
}

// foldHeader keeps lower-case letters and digits without their accents.
func foldHeader(s string) string {
	var out strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ReplaceAll(s, "ł", "l"))) {
		switch {
		case r == 'ß':
			out.WriteString("ss")
		case r == 'ø':
			out.WriteByte('o')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out.WriteRune(r)
		}
	}
	return out.String()
}
