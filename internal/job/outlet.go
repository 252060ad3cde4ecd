package job

// SectionMove is the kind of job that lets the stories of a section that was
// merged follow it.
const SectionMove = "section.move"

// SectionPayload names a section that is gone.
type SectionPayload struct {
	Section string `json:"section"`
}

// MoveStories is that job.
func MoveStories(section string) Job {
	return Job{Kind: SectionMove, Payload: SectionPayload{section}, Key: SectionMove + ":" + section}
}

// NewsReaddress is the kind of job that gives published articles the addresses
// of a new pattern.
const NewsReaddress = "news.readdress"

// Readdress is that job; there is at most one.
func Readdress() Job { return Job{Kind: NewsReaddress, Key: NewsReaddress} }
