package document

import "pgregory.net/rapid"

// AnyDocument is documenttest.Any.
var AnyDocument func() *rapid.Generator[*Document]
