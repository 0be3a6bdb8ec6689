package workspace

import (
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// rowOf is the row a refusal is about: its first argument is the number.
func rowOf(text string, args []any) string {
	if len(args) == 0 {
		return ""
	}
	n, ok := args[0].(int)
	rows := strings.Split(text, "\n")
	if !ok || n < 1 || n > len(rows) {
		return ""
	}
	return rows[n-1]
}

// withLogins puts user names where ids stand. Somebody who is unknown keeps
// their id.
func withLogins(text string, users []staff.User) string {
	known := map[string]string{}
	for _, u := range users {
		known[string(u.ID)] = u.Login
	}
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		if word := whoIn(row); word != "" && known[word] != "" {
			rows[i] = strings.Replace(row, word, known[word], 1)
		}
	}
	return strings.Join(rows, "\n")
}

// withIDs is its reverse. A name nobody has is the Refusal hours.text.who with
// its row; so is an id that is not staff's.
func withIDs(text string, users []staff.User) (string, error) {
	known := map[string]string{}
	for _, u := range users {
		known[u.Login], known[string(u.ID)] = string(u.ID), string(u.ID)
	}
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		word := whoIn(row)
		if word == "" {
			continue
		}
		id := known[word]
		if id == "" {
			return "", helpdesk.Refuse("hours.text.who", i+1)
		}
		before, after, _ := strings.Cut(row, word)
		rows[i] = before + id + after
	}
	return strings.Join(rows, "\n"), nil
}

// whoIn is the word of a roster's row that names somebody; "" for rows that
// name nobody.
func whoIn(row string) string {
	words := strings.Fields(row)
	if len(words) < 2 || words[0] != "shift" && words[0] != "absent" {
		return ""
	}
	return words[1]
}
