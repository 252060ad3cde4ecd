package store

import (
	"context"
	"time"

	"masthead.dev/masthead/internal/db"
	"masthead.dev/masthead/internal/id"
	"masthead.dev/masthead/internal/job"
)

// Enqueue asks for a job when this transaction commits. Where a job with the
// same key waits already, that one takes this one's payload, and is brought
// forward if it would run later. A running job does not count: it may have read
// the state from before this transaction.
func (tx *Tx) Enqueue(ctx context.Context, j job.Job) error { return tx.enqueueAll(ctx, j) }

// enqueueAll is Enqueue for several jobs, of which no two have the same key.
func (tx *Tx) enqueueAll(ctx context.Context, jobs ...job.Job) error {
	rows := make([][]any, len(jobs))
	for i, j := range jobs {
		rows[i] = jobRow(j, tx.now())
		tx.Touch("jobs")
	}
	// One statement, which locks the job that waits already: nobody can take it
	// before this transaction has committed what the work is about.
	return tx.insertRows(ctx, "INSERT INTO job (id, kind, payload, unique_key, priority, run_at, max_attempts, created_at) VALUES ", rows,
		` ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state = 'ready' DO UPDATE SET payload = excluded.payload,
			run_at = CASE WHEN job.run_at > excluded.run_at THEN excluded.run_at ELSE job.run_at END`)
}

func jobRow(j job.Job, now int64) []any {
	runAt := now
	if !j.RunAt.IsZero() {
		runAt = j.RunAt.UnixMilli()
	}
	if j.Attempts == 0 {
		j.Attempts = 20
	}
	if j.Payload == nil {
		j.Payload = struct{}{}
	}
	return []any{id.New(), j.Kind, db.JSON(j.Payload), db.Null(j.Key), j.Priority, runAt, j.Attempts, now}
}

// Claim takes up to n due jobs for owner until the lease ends. Jobs whose lease
// has ended (their process died) are taken again.
func (s *Store) Claim(ctx context.Context, owner string, lease time.Duration, n int) ([]job.Work, error) {
	var got []job.Work
	err := s.Write(ctx, func(tx *Tx) error {
		var err error
		got, err = tx.claim(ctx, owner, lease, n)
		return err
	})
	return got, err
}

// claim chooses the jobs in a part of the statement that runs once: as a plain
// subquery PostgreSQL may run it again for each row that it looks at, and
// every time finds more.
func (tx *Tx) claim(ctx context.Context, owner string, lease time.Duration, n int) ([]job.Work, error) {
	now := tx.now()
	lock := ""
	if tx.Engine() == db.Postgres { // several processes may claim at once; SQLite has one writer
		lock = " FOR UPDATE SKIP LOCKED"
	}
	return db.Rows(ctx, tx, func(r db.Scanner) (w job.Work, err error) {
		var payload string
		err = r.Scan(&w.ID, &w.Kind, &payload, &w.Attempt, &w.Max)
		w.Payload = []byte(payload)
		return w, err
	}, `WITH due AS MATERIALIZED (SELECT id FROM job WHERE (state = 'ready' AND run_at <= $3) OR (state = 'running' AND lease_until <= $3)
			ORDER BY priority DESC, run_at LIMIT $4`+lock+`)
		UPDATE job SET state = 'running', attempts = attempts + 1, lease_owner = $1, lease_until = $2
		WHERE id IN (SELECT id FROM due)
		RETURNING id, kind, payload, attempts, max_attempts`, owner, now+lease.Milliseconds(), now, n)
}

// NextJob returns when the next waiting job is due; zero where none waits.
func (s *Store) NextJob(ctx context.Context) (time.Time, error) {
	return db.One(ctx, s.Query(), func(r db.Scanner) (t time.Time, err error) {
		return t, r.Scan(db.At(&t))
	}, "SELECT MIN(CASE WHEN state = 'ready' THEN run_at ELSE lease_until END) FROM job WHERE state IN ('ready', 'running')")
}

// RenewLease tells that owner still works on a job.
func (tx *Tx) RenewLease(ctx context.Context, jobID, owner string, lease time.Duration) error {
	_, err := db.Exec(ctx, tx, "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_owner = $3 AND state = 'running'",
		tx.now()+lease.Milliseconds(), jobID, owner)
	return err
}

// FinishJob records success. A job whose lease went to another is left alone.
func (tx *Tx) FinishJob(ctx context.Context, jobID, owner string) error {
	tx.Touch("jobs")
	_, err := db.Exec(ctx, tx, "UPDATE job SET state = 'done', finished_at = $1, last_error = '' WHERE id = $2 AND lease_owner = $3 AND state = 'running'",
		tx.now(), jobID, owner)
	return err
}

// FailJob records a failure: the job runs again after wait, or is dead. The
// tries that count are those of w.
func (tx *Tx) FailJob(ctx context.Context, w job.Work, owner, reason string, wait time.Duration) error {
	tx.Touch("jobs")
	state, runAt, finished := job.Ready, tx.now()+wait.Milliseconds(), any(nil)
	if w.Attempt >= w.Max {
		state = job.Dead
	}
	twin, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM job w JOIN job j ON j.unique_key = w.unique_key
		WHERE j.id = $1 AND w.id <> j.id AND w.state = 'ready'`, w.ID)
	if err != nil {
		return err
	}
	if twin > 0 { // the same work waits again already
		state, finished = job.Done, tx.now()
	}
	_, err = db.Exec(ctx, tx, `UPDATE job SET state = $1, run_at = $2, last_error = $3, lease_owner = '', finished_at = $6, attempts = $7
		WHERE id = $4 AND lease_owner = $5 AND state = 'running'`, state, runAt, reason, w.ID, owner, finished, w.Attempt)
	return err
}

// JobRow is a job as the desk lists it.
type JobRow struct {
	ID, Kind, State, LastError string
	Attempts                   int
	RunAt, CreatedAt           time.Time
}

// Jobs lists jobs that wait, run or have died, the dead first.
func (s *Store) Jobs(ctx context.Context, limit int) ([]JobRow, error) {
	return db.Rows(ctx, s.Query(), func(r db.Scanner) (j JobRow, err error) {
		return j, r.Scan(&j.ID, &j.Kind, &j.State, &j.LastError, &j.Attempts, db.At(&j.RunAt), db.At(&j.CreatedAt))
	}, `SELECT id, kind, state, last_error, attempts, run_at, created_at FROM job WHERE state <> 'done'
		ORDER BY CASE state WHEN 'dead' THEN 0 WHEN 'running' THEN 1 ELSE 2 END, run_at LIMIT $1`, limit)
}
