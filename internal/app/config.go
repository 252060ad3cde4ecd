// Package app reads the configuration, builds everything, and starts and stops
// it. It is the only place where the parts are put together.
package app

import (
	"net/netip"
	"strings"
	"time"

	"masthead.dev/masthead/internal/clock"
	"masthead.dev/masthead/internal/fault"
)

// Config is what the infrastructure decides; all that an editor or publisher
// decides is set at the desk and kept in the database. Each field is a flag, a
// variable of the environment and a key of the TOML file of --config, in that
// order. Its help text is the manual.
type Config struct {
	Addr         string   `help:"Address to listen on." default:"localhost:8080" env:"MASTHEAD_ADDR" placeholder:"HOST:PORT"`
	TrustedProxy []string `help:"Networks whose X-Forwarded-For is believed." env:"MASTHEAD_TRUSTED_PROXY" placeholder:"CIDR"`
	Sandbox      bool     `help:"Payments are pretended; steered at /sandbox/api. Never beside real payment keys." env:"MASTHEAD_SANDBOX"`
	SecretKey    string   `help:"64 hexadecimal digits that seal the secrets; default: secret.key in the data folder." env:"MASTHEAD_SECRET_KEY" placeholder:"HEX"`

	Data     string      `kong:"-"` // folder of the newsroom
	Database string      `kong:"-"` // address of the database, see store.Open
	Clock    clock.Clock `kong:"-"` // nil is the wall clock

	// SandboxStart sets the clock of a new sandbox, for a history that ends today.
	SandboxStart time.Time `kong:"-"`
}

func (c Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.TrustedProxy {
		if !strings.Contains(s, "/") {
			if a, err := netip.ParseAddr(s); err == nil {
				out = append(out, netip.PrefixFrom(a, a.BitLen()))
				continue
			}
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "--trusted-proxy takes networks such as 10.0.0.0/8; %q is none", s)
		}
		out = append(out, p)
	}
	return out, nil
}
