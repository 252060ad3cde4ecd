package importer

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"masthead.dev/masthead/internal/fault"
	"masthead.dev/masthead/internal/network"
)

// Limits of fetching a file.
const (
	fetchTime      = 60 * time.Second // for all of a file
	fetchRedirects = 5
)

// fetcher gets uploads from the site itself. An export is a stranger's text: the
// addresses in it must not make this machine ask others inside its network. So it
// asks only the site's own host and those that the caller named, and the site's
// own only where its name leads to public addresses, which is checked at the
// moment of connecting.
type fetcher struct {
	client *http.Client
	own    string
	named  []string
	silent int // failures in a row
}

// patience is after how many files in a row that no server answered the rest is
// not asked for: a site that is gone must not take a minute for each picture.
const patience = 8

func newFetcher(site string, also []string) *fetcher {
	f := &fetcher{}
	if u, err := url.Parse(site); err == nil {
		f.own = bareHost(u.Host)
	}
	for _, h := range also {
		f.named = append(f.named, bareHost(h))
	}
	strict := &net.Dialer{Timeout: 10 * time.Second, Control: publicOnly}
	free := &net.Dialer{Timeout: 10 * time.Second}
	f.client = &http.Client{
		Timeout: fetchTime,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if f.isNamed(address) {
					return free.DialContext(ctx, network, address)
				}
				return strict.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second, MaxIdleConnsPerHost: 2,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > fetchRedirects {
				return fault.New(fault.Invalid, "its server sends in circles")
			}
			return f.check(r.URL)
		},
	}
	return f
}

// isNamed tells whether a host was named by the caller, with its port or without.
func (f *fetcher) isNamed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return slices.Contains(f.named, bareHost(address)) || (err == nil && slices.Contains(f.named, bareHost(host)))
}

// check says what keeps an address from being fetched.
func (f *fetcher) check(u *url.URL) error {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return fault.New(fault.Invalid, "it has no address on the web")
	}
	if bareHost(u.Host) != f.own && !f.isNamed(u.Host) {
		return fault.New(fault.Denied, "it lies on %s; allow that with --fetch-from %s", u.Host, u.Host)
	}
	return nil
}

// publicOnly refuses connections into private networks and to this machine.
func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && network.Public(at.Addr()) {
		return nil
	}
	return fault.New(fault.Denied, "its server has no public address (%s); allow that with --fetch-from", address)
}

// get fetches a file of at most limit bytes. Errors have a reason for people.
func (f *fetcher) get(ctx context.Context, address string, limit int64) ([]byte, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, fault.New(fault.Invalid, "it has no address on the web")
	}
	if err := f.check(u); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "it has no address on the web")
	}
	req.Header.Set("User-Agent", "Masthead import")
	if f.silent >= patience {
		return nil, fault.New(fault.Unavailable, "its server did not answer for others before")
	}
	res, err := f.client.Do(req)
	var refused *fault.Error
	if errors.As(err, &refused) { // by check or publicOnly, on the way
		return nil, refused
	}
	if err != nil {
		f.silent++
		return nil, fault.Wrap(fault.Unavailable, err, "its server does not answer")
	}
	f.silent = 0
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fault.New(fault.NotFound, "its server answers %d", res.StatusCode)
	}
	return readUpTo(res.Body, limit)
}
