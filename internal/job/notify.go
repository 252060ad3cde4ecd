package job

import "time"

// StaffDigest is the kind of job that mails somebody of the staff what they have
// not read yet.
const StaffDigest = "staff.digest"

// DigestPayload names the account.
type DigestPayload struct {
	Staff string `json:"staff"`
}

// Digest is that job for an account. how is the way in which the person wants to
// be told: one mail of each way waits at a time.
func Digest(staff, how string, at time.Time) Job {
	return Job{Kind: StaffDigest, Key: StaffDigest + ":" + how + ":" + staff, Payload: DigestPayload{staff}, RunAt: at}
}
