package workspace

import (
	"errors"
	"net/http"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Lists with a form in each row: exceptions, and what authorities asked.

// channels are the ways in which something is asked of us, or told to somebody,
// outside this program.
var channels = []string{"phone", "letter", "visit", "mail"}

func channelChoice(w frontend.Words, chosen string) []frontend.Option {
	var out []frontend.Option
	for _, c := range channels {
		out = append(out, frontend.Option{Value: c, Text: w.Say("referral.channel." + c), Chosen: c == chosen})
	}
	return out
}

// rowFields makes the fields of one row. Each has a name of its own, for the same
// stand in all rows; what was typed comes back in the row that was sent alone.
func rowFields(v *frontend.Visit, w frontend.Words, words string, row helpdesk.ID, sent bool) func(name string, rows int, optional bool) frontend.Field {
	return func(name string, rows int, optional bool) frontend.Field {
		f := frontend.Field{Name: name + "-" + string(row), Label: w.Say(words + name), Help: w.Say(words + name + ".help"), Rows: rows, Optional: optional, Spellcheck: true}
		if sent {
			f.Value = v.Form.Value(f.Name)
		}
		return f
	}
}

// settled answers what was sent: refused, with the list again and what was typed;
// done, with where that is said.
func settled(v *frontend.Visit, err error, again func(*frontend.Visit, int, error) error, done string) error {
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return again(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.Go(done)
}
