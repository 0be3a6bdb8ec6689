package answers

import (
	"cmp"
	"slices"
	"strings"
)

const answerColumns = `a.id, a.version, a.at, a.actor, a.sealed FROM answers_answer a`

const (
	insertAnswer  = `INSERT INTO answers_answer (id, version, at, actor, sealed) VALUES ($1, $2, $3, $4, $5)`
	selectNewest  = `SELECT ` + answerColumns + ` WHERE a.id = $1 ORDER BY a.version DESC LIMIT 1`
	selectVersion = `SELECT ` + answerColumns + ` WHERE a.id = $1 AND a.version = $2`
	selectHistory = `SELECT ` + answerColumns + ` WHERE a.id = $1 ORDER BY a.version DESC`
	selectAll     = `SELECT ` + answerColumns + ` WHERE a.version = (SELECT MAX(b.version) FROM answers_answer b WHERE b.id = a.id) ORDER BY a.id`
)

func byTitle(all []Answer) {
	slices.SortFunc(all, func(a, b Answer) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), strings.Compare(string(a.ID), string(b.ID)))
	})
}
