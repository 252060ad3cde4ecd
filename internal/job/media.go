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

// MediaDrop is the kind of the job that removes the files of a picture that is
// gone.
const MediaDrop = "media.drop"

// DropPayload names the picture and its files.
type DropPayload struct {
	Hash string   `json:"hash"` // of the original
	Keys []string `json:"keys"` // in the blob store
}

// DropMedia is the job that removes files.
func DropMedia(hash string, keys []string) Job {
	return Job{Kind: MediaDrop, Key: MediaDrop + ":" + hash, Payload: DropPayload{hash, keys}}
}

// MediaRights is the kind of the job that tells the newsroom of rights that end.
const MediaRights = "media.rights"

// Rights is the job that looks at the rights of pictures, again and again.
func Rights() Job { return Job{Kind: MediaRights, Key: MediaRights} }
