package db

import (
	"context"
	"database/sql"
)

// prepared keeps the statements of the SQLite writer compiled: compiling them
// anew was more than half of what a gift cost. pgx does the same by itself. Only
// the writer's goroutine uses it. A statement must have been read to its end
// before the same one is run again, which Rows, One and Exec see to.
type prepared struct {
	stmts map[string]*sql.Stmt
	seen  map[string]int // statements that are not kept yet, and how often they came
	due   []string       // to be prepared when no transaction holds the connection
}

// How many statements are kept, and how many are watched for coming again;
// lists of changing length make new texts without end.
const (
	mostKept = 400
	mostSeen = 2000
)

// get returns the compiled statement, nil where there is none (yet).
func (p *prepared) get(query string) *sql.Stmt {
	if stmt := p.stmts[query]; stmt != nil || p.seen == nil {
		return stmt
	}
	if len(p.seen) >= mostSeen {
		clear(p.seen)
	}
	if p.seen[query]++; p.seen[query] == 2 && len(p.stmts)+len(p.due) < mostKept {
		p.due = append(p.due, query)
	}
	return nil
}

// prepare compiles what came a second time. One that can't be compiled is tried
// no more; who runs it is told why.
func (p *prepared) prepare(d *DB) {
	for _, query := range p.due {
		if stmt, err := d.write.PrepareContext(context.Background(), query); err == nil {
			p.stmts[query] = stmt
			delete(p.seen, query)
		}
	}
	p.due = nil
}

// close gives the statements back.
func (p *prepared) close() {
	for _, stmt := range p.stmts {
		stmt.Close()
	}
	p.stmts = nil
}
