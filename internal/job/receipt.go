package job

// The kinds about receipts.
const (
	// ReceiptSettle makes the receipts about a payment agree with what became of it.
	ReceiptSettle = "receipt.settle"
	// ReceiptSend brings a receipt to its donor.
	ReceiptSend = "receipt.send"
	// ReceiptTell tells a donor that a receipt holds no more.
	ReceiptTell = "receipt.tell"
)

// ReceiptPayload is the payload of all of them.
type ReceiptPayload struct {
	Payment string `json:"payment,omitempty"` // our id
	Receipt string `json:"receipt,omitempty"`
	Key     string `json:"key,omitempty"` // of the mail
}

// Receipt is a look at a payment's receipts.
func Receipt(paymentID string) Job {
	return Job{Kind: ReceiptSettle, Key: ReceiptSettle + ":" + paymentID, Payload: ReceiptPayload{Payment: paymentID}}
}

// SendReceipt is a mail that brings a receipt; key is one for each time.
func SendReceipt(receiptID, key string) Job {
	return Job{Kind: ReceiptSend, Key: ReceiptSend + ":" + key, Payload: ReceiptPayload{Receipt: receiptID, Key: key}}
}

// TellReceipt is a mail that tells of a receipt's end.
func TellReceipt(receiptID string) Job {
	return Job{Kind: ReceiptTell, Key: ReceiptTell + ":" + receiptID, Payload: ReceiptPayload{Receipt: receiptID}}
}
