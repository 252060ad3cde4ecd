package job

// BankInstructions sends a donor what to type into the bank's form.
const BankInstructions = "bank.instructions"

// InstructionsPayload names the donation.
type InstructionsPayload struct {
	Donation string `json:"donation"`
}

// Instructions is the mail with what to type into the bank's form.
func Instructions(donationID string) Job {
	return Job{Kind: BankInstructions, Key: BankInstructions + ":" + donationID, Payload: InstructionsPayload{donationID}}
}
