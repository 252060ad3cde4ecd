package job

// NamesMerge is the kind of job that brings the articles of a topic or person that
// was merged onto the page of the other one.
const NamesMerge = "names.merge"

// MergePayload names what was merged.
type MergePayload struct {
	Sort string `json:"sort"` // topic or person
	From string `json:"from"` // the one that went
}

// Merge is that job.
func Merge(sort, from string) Job {
	return Job{Kind: NamesMerge, Key: NamesMerge + ":" + from, Payload: MergePayload{sort, from}, Priority: 4}
}
