package store

// DonorTables names the tables that export and erasure know.
func DonorTables() []string {
	var out []string
	for _, t := range donorTables {
		out = append(out, t.name)
	}
	return out
}
