package store

import (
	"context"

	"masthead.dev/masthead/internal/locale"
)

func wordingSetting(lang string) string { return "wording." + lang }

// Wording returns what the newsroom says in its mails instead of the catalogue,
// in one language of the interface.
func (s *Store) Wording(ctx context.Context, lang string) (locale.Wording, error) {
	w := locale.Wording{}
	_, err := s.Setting(ctx, wordingSetting(lang), &w)
	return w, err
}

// PutWording keeps sentences of the newsroom's own; an empty one brings the
// catalogue's back. fault.Invalid where one has a place that is not filled.
func (tx *Tx) PutWording(ctx context.Context, by Actor, lang string, change locale.Wording) error {
	w := locale.Wording{}
	if _, err := tx.Setting(ctx, wordingSetting(lang), &w); err != nil {
		return err
	}
	for key, text := range change {
		if err := locale.For(lang).CheckWording(key, text); err != nil {
			return err
		}
		if base, _ := locale.For(lang).Sentence(key); text == "" || text == base {
			delete(w, key)
			continue
		}
		w[key] = text
	}
	return tx.PutSetting(ctx, by, wordingSetting(lang), w)
}
