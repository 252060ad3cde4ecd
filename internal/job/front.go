package job

import "time"

// FrontPublish is the kind of job that makes a scheduled front public.
const FrontPublish = "front.publish"

// FrontPayload names the arrangement that waits.
type FrontPayload struct {
	Plan string `json:"plan"`
}

// Front is the job that makes a scheduled front public at a time.
func Front(planID string, at time.Time) Job {
	return Job{Kind: FrontPublish, Key: FrontPublish + ":" + planID, Payload: FrontPayload{planID}, RunAt: at, Priority: 5}
}
