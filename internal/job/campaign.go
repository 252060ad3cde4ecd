package job

import "strconv"

// CampaignNews mails an update to a campaign's supporters, a slice at a time.
const CampaignNews = "campaign.news"

// CampaignNewsPayload is the payload of CampaignNews.
type CampaignNewsPayload struct {
	Update string `json:"update"`
	After  string `json:"after"` // the donor that the last slice ended with; "" from the beginning
	Slice  int    `json:"slice"` // its number, from 0
}

// News mails an update to those after a donor.
func News(updateID, after string, slice int) Job {
	return Job{Kind: CampaignNews, Key: CampaignNews + ":" + updateID + ":" + strconv.Itoa(slice), Payload: CampaignNewsPayload{updateID, after, slice}}
}
