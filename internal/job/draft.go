package job

import "time"

// DraftCut is the kind of job that makes a revision of what somebody typed and
// left.
const DraftCut = "draft.cut"

// DraftPayload names the article.
type DraftPayload struct {
	Article string `json:"article"`
}

// CutDraft is the job that looks at an article's draft at a time.
func CutDraft(article string, at time.Time) Job {
	return Job{Kind: DraftCut, Key: DraftCut + ":" + article, Payload: DraftPayload{article}, RunAt: at, Priority: 6}
}
