package job

import (
	"strconv"
	"time"
)

// NewsPublish is the kind of job that makes a scheduled article public.
const NewsPublish = "news.publish"

// PublishPayload names the appointment: a job whose article was meanwhile given
// another time, or none, does nothing.
type PublishPayload struct {
	Article string `json:"article"`
	At      int64  `json:"at"` // Unix milliseconds
}

// Publish is the job that publishes an article at a time.
func Publish(article string, at time.Time) Job {
	ms := at.UnixMilli()
	return Job{
		Kind:     NewsPublish,
		Payload:  PublishPayload{article, ms},
		Key:      NewsPublish + ":" + article + ":" + strconv.FormatInt(ms, 10),
		RunAt:    at,
		Priority: 5,
	}
}

// NewsPending is the kind of job that carries out what somebody decided alone and
// did not take back.
const NewsPending = "news.pending"

// PendingAct is that job, at the end of the time.
func PendingAct(article string, at time.Time) Job {
	ms := at.UnixMilli()
	return Job{Kind: NewsPending, Payload: PublishPayload{article, ms}, Key: NewsPending + ":" + article + ":" + strconv.FormatInt(ms, 10), RunAt: at, Priority: 5}
}
