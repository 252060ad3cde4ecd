package document_test

import (
	"masthead.dev/masthead/internal/document"
	"masthead.dev/masthead/internal/document/documenttest"
)

// The generator imports this package, so tests inside of it are handed it.
func init() { document.AnyDocument = documenttest.Any }
