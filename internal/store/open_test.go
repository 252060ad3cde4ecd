package store_test

import (
	"sync"
	"testing"

	"masthead.dev/masthead/internal/store"
	"masthead.dev/masthead/internal/store/storetest"
	"masthead.dev/masthead/internal/testkit/pg"
)

func TestSeveralProcessesMayMeetAtANewDatabase(t *testing.T) {
	for engine, url := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": pg.URL(t)} {
		t.Run(engine, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					s, err := store.Open(t.Context(), url)
					if err != nil {
						t.Error(err)
						return
					}
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}
