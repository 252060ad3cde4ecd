package job

// MailKind is the kind of the job that sends one mail of the outbox.
const MailKind = "mail.send"

// MailPayload names the mail.
type MailPayload struct {
	ID string `json:"id"`
}

// Mail is the job that sends one mail of the outbox.
func Mail(mailID string) Job {
	return Job{Kind: MailKind, Key: "mail:" + mailID, Payload: MailPayload{mailID}, Attempts: 12}
}
