package job

// MediaRender is the kind of the job that makes the sizes of a picture.
const MediaRender = "media.render"

// RenderPayload names the picture.
type RenderPayload struct {
	Media string `json:"media"`
}

// Render is the job that makes the sizes of a picture.
func Render(mediaID string) Job {
	return Job{Kind: MediaRender, Key: MediaRender + ":" + mediaID, Payload: RenderPayload{mediaID}, Attempts: 8}
}
