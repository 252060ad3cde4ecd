package site

import (
	"context"

	"masthead.dev/masthead/internal/mail"
	"masthead.dev/masthead/internal/web"
)

// post is what becomes of a mail to a donor that is written now. All pages that
// speak of such mails go by it.
type post string

const (
	postGoes  post = "goes"  // a mail server is set
	postKept  post = "kept"  // none, and payments are pretended: mails are read in the newsroom's mailbox
	postWaits post = "waits" // none: mails wait until there is one
)

func (s *Site) post(ctx context.Context) (post, error) {
	var server mail.Server
	_, err := s.Store.Setting(ctx, mail.Setting, &server)
	switch {
	case server.Set():
		return postGoes, err
	case s.Pretended:
		return postKept, err
	}
	return postWaits, err
}

// note says where mails are that do not go out; nothing where they do.
func (sh *shell) note(p post) (say string, ways []web.Link) {
	switch {
	case p == postKept:
		return sh.T("post.kept"), []web.Link{{Text: sh.T("post.mailbox"), Href: "/desk/mailbox"}}
	case p == postWaits && sh.outlet.Email != "":
		return sh.T("my.nomail.write", "email", sh.outlet.Email), nil
	case p == postWaits:
		return sh.T("my.nomail"), nil
	}
	return "", nil
}
