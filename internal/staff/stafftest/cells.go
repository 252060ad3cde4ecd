// Package stafftest holds the newsroom's table of permissions once more, the way
// it is written for people, for tests to try every cell of it: the rule itself,
// the desk's pages and the programs' interface. Only tests import it.
package stafftest

import "strings"

// Table has a line for each action. A cell that is not a plain yes or no names
// what else must be so.
const Table = `
action        | contributor | reporter   | editor       | publisher    | admin | treasurer
write_own     | own         | own        | own          | own          | –     | –
read_drafts   | –           | section    | yes          | yes          | –     | –
edit_drafts   | –           | invited    | yes          | yes          | –     | –
read_sources  | own         | own        | named        | named        | –     | –
accept_pitch  | –           | own        | yes          | yes          | –     | –
review        | –           | –          | yes          | yes          | –     | –
approve       | –           | –          | not own      | yes          | –     | –
publish       | –           | –          | grant        | yes          | –     | –
correct       | –           | propose    | yes          | yes          | –     | –
retract       | –           | –          | propose      | yes          | –     | –
withdraw      | –           | –          | propose      | yes          | –     | –
confirm       | –           | –          | yes          | yes          | –     | –
override      | –           | –          | –            | yes          | –     | –
break_lock    | –           | –          | yes          | yes          | –     | –
edit_rules    | propose     | propose    | yes          | yes          | –     | –
edit_media    | own         | yes        | yes          | yes          | –     | –
outlet        | –           | –          | –            | yes          | –     | –
arrange       | –           | –          | yes          | yes          | –     | –
infrastructure| –           | –          | –            | –            | yes   | –
read_audit    | –           | –          | section      | yes          | yes   | –
see_donors    | –           | –          | –            | –            | –     | yes
refund        | –           | –          | –            | –            | –     | yes
allocate      | –           | –          | –            | –            | –     | yes
receipts      | –           | –          | –            | –            | –     | yes
expenses      | –           | –          | –            | –            | –     | yes
close_period  | –           | –          | –            | –            | –     | yes
erase_donor   | –           | –          | –            | –            | –     | yes
campaigns     | –           | –          | –            | yes          | –     | yes
see_money     | –           | yes        | yes          | yes          | –     | yes
`

// Cell is one field of the table.
type Cell struct{ Action, Role, Holds string }

// Cells lists all fields, line by line.
func Cells() (out []Cell) {
	lines := strings.Split(strings.TrimSpace(Table), "\n")
	head := Split(lines[0])
	for _, line := range lines[1:] {
		cells := Split(line)
		for i, role := range head[1:] {
			out = append(out, Cell{cells[0], role, cells[i+1]})
		}
	}
	return out
}

// Split cuts a line of a table into its cells.
func Split(line string) []string {
	cells := strings.Split(line, "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}
