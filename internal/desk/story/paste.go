package story

import (
	"context"
	"net/http"

	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/web"
)

// doPaste turns HTML from somebody's clipboard into blocks, and says what could
// not be kept. It changes nothing here.
func (d *Pages) doPaste(_ context.Context, v *visit) (web.Page, error) {
	var in struct {
		Nonce string `json:"nonce"`
		HTML  string `json:"html"`
		Lang  string `json:"lang"`
	}
	if err := v.message(&in); err != nil {
		return v.answerFault(err)
	}
	if p, ok := v.turnedAway(in.Nonce); !ok {
		return p, nil
	}
	if !v.mayWrite() {
		return v.answerFault(v.Refuse(fault.Denied, "write.notyours"))
	}
	b, err := document.Paste(in.HTML, in.Lang).JSON()
	if err != nil {
		return v.answerFault(err)
	}
	return web.Page{Status: http.StatusOK, Type: "application/json", Body: b}, nil
}
