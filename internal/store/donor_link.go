package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/fault"
)

// Power is the one thing that a link in a mail to a donor can do.
type Power string

// The powers. Each link has one of them over one object, and no other.
const (
	DonorSignIn        Power = "signin"         // opens the donor's own page
	DonorStepUp        Power = "step_up"        // proves once more who it is, for export and a change of address
	DonorCancel        Power = "cancel"         // ends the plan Object
	DonorPause         Power = "pause"          // lets the plan Object rest
	DonorResume        Power = "resume"         // takes back a pause or a cancellation that waits
	DonorRestart       Power = "restart"        // begins again what the plan Object was
	DonorStopReminders Power = "stop_reminders" // ends the reminders about the donation Object
	DonorReceipt       Power = "receipt"        // opens the receipt Object; may be used again
	DonorConfirm       Power = "confirm"        // proves the new address in Detail
	DonorRevert        Power = "revert"         // brings the old address in Detail back
)

// Again tells whether a link with this power may be used more than once.
func (p Power) Again() bool { return p == DonorReceipt }

// DonorLink is a link in a mail to a donor.
type DonorLink struct {
	Power     Power
	DonorID   string
	Object    string            // id of the plan, the receipt …; "" where the power needs none
	Detail    map[string]string // what else the power needs
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not yet
	RevokedAt time.Time // zero: not
}

// Works tells whether the link can be used at a time.
func (l DonorLink) Works(now time.Time) bool {
	return l.RevokedAt.IsZero() && now.Before(l.ExpiresAt) && (l.UsedAt.IsZero() || l.Power.Again())
}

const donorLinkColumns = "power, donor_id, object_id, detail, created_at, expires_at, used_at, revoked_at"

func scanDonorLink(r db.Scanner) (l DonorLink, err error) {
	return l, r.Scan(&l.Power, &l.DonorID, &l.Object, db.FromJSON(&l.Detail), db.At(&l.CreatedAt), db.At(&l.ExpiresAt), db.At(&l.UsedAt), db.At(&l.RevokedAt))
}

// MakeDonorLink makes a link that can be used for a time and returns its token,
// of which only the hash is kept. The other links of the donor stay as they
// are: each mail has links of its own.
func (tx *Tx) MakeDonorLink(ctx context.Context, l DonorLink, lasts time.Duration) (token string, err error) {
	token = NewLinkToken()
	return token, tx.KeepDonorLink(ctx, token, l, lasts)
}

// NewLinkToken makes a token for KeepDonorLink.
func NewLinkToken() string { return newToken() }

// KeepDonorLink is MakeDonorLink with a token that the caller made before, so
// that the mail with the link could be drawn outside the transaction.
func (tx *Tx) KeepDonorLink(ctx context.Context, token string, l DonorLink, lasts time.Duration) error {
	if l.Detail == nil {
		l.Detail = map[string]string{}
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO donor_link (token_hash, power, donor_id, object_id, detail, created_at, expires_at) VALUES ("+places(7)+")",
		tokenHash(token), l.Power, l.DonorID, l.Object, db.JSON(l.Detail), tx.now(), tx.now()+lasts.Milliseconds())
	return err
}

// DonorLink looks at a link without using it, also where it works no more, so
// that its page can explain itself; fault.NotFound for one that never was.
func (s *Store) DonorLink(ctx context.Context, token string) (DonorLink, error) {
	return db.One(ctx, s.Query(), scanDonorLink, "SELECT "+donorLinkColumns+" FROM donor_link WHERE token_hash = $1", tokenHash(token))
}

// UseDonorLink uses a link up: of many who try at once exactly one gets it, the
// others fault.Gone.
func (tx *Tx) UseDonorLink(ctx context.Context, token string) (DonorLink, error) {
	l, err := db.One(ctx, tx, scanDonorLink, `UPDATE donor_link SET used_at = $1 WHERE token_hash = $2 AND revoked_at IS NULL AND expires_at > $1
		AND (used_at IS NULL OR power = $3) RETURNING `+donorLinkColumns, tx.now(), tokenHash(token), DonorReceipt)
	if fault.Is(err, fault.NotFound) {
		return l, fault.New(fault.Gone, "this link was used already or has ended")
	}
	return l, err
}

// EndDonorLinks ends all links of a donor that still work, as after a change of
// address, but for those that bring an old address back: otherwise whoever took
// somebody's place would only have to change the address twice.
func (tx *Tx) EndDonorLinks(ctx context.Context, donorID string) error {
	_, err := db.Exec(ctx, tx, `UPDATE donor_link SET revoked_at = $1 WHERE donor_id = $2 AND revoked_at IS NULL
		AND (used_at IS NULL OR power = $3) AND power <> $4`, tx.now(), donorID, DonorReceipt, DonorRevert)
	return err
}

// ShowPowers makes links over a plan for the page after paying, once in the life
// of the plan; nil where that was done before.
func (tx *Tx) ShowPowers(ctx context.Context, donorID, planID string, powers []Power, lasts time.Duration) (map[Power]string, error) {
	if err := tx.lockObjects(ctx, []string{"powers " + planID}); err != nil {
		return nil, err
	}
	shown := map[string]string{"on": "thanks"}
	n, err := db.One(ctx, tx, db.Value[int64], "SELECT COUNT(*) FROM donor_link WHERE donor_id = $1 AND object_id = $2 AND detail = $3", donorID, planID, db.JSON(shown))
	if err != nil || n > 0 {
		return nil, err
	}
	out := map[Power]string{}
	for _, p := range powers {
		if out[p], err = tx.MakeDonorLink(ctx, DonorLink{Power: p, DonorID: donorID, Object: planID, Detail: shown}, lasts); err != nil {
			return nil, err
		}
	}
	return out, nil
}
