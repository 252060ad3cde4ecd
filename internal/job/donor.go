package job

// DonorLetter brings somebody a link to the donor's own page. It is asked for
// also where there is no such donor, so that the asking takes as long.
const DonorLetter = "donor.letter"

// DonorLetterPayload names the donor by id, never by address.
type DonorLetterPayload struct {
	Donor string `json:"donor"`
	Power string `json:"power"`          // of the link: to sign in, or to prove oneself once more
	Lang  string `json:"lang"`           // of the page where it was asked for
	Next  string `json:"next,omitempty"` // where the link leads on to
}

// LetterTo is a mail with a link to a donor's own page.
func LetterTo(p DonorLetterPayload) Job {
	return Job{Kind: DonorLetter, Key: DonorLetter + ":" + p.Donor + ":" + p.Power, Payload: p, Priority: 8}
}
