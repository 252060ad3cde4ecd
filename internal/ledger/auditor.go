package ledger

import (
	"bufio"
	"io"
	"iter"
)

// ExportAuditor writes the whole chain for somebody who recomputes it: one line
// an entry, the hash as it is kept, a space, and the canonical row. The hash of a
// line must be the SHA-256 of the hash before it (64 zeros for the first), a
// newline, and the row. Notes are not in it, and donors never are. stored comes
// in order, from the first entry on.
func ExportAuditor(w io.Writer, stored iter.Seq2[Stored, error]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for e, err := range stored {
		if err != nil {
			return err
		}
		out.WriteString(e.Hash)
		out.WriteByte(' ')
		out.Write(Canonical(e.Entry))
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return out.Flush()
}
