package tickets

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
)

func TestASheetStandsByTimeButNeverAgainstTheNumbers(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	// Of one talk, in order of serial; the third was begun before the second.
	all := []Opened{
		{ID: "a", Conversation: "talk", Number: 1, At: at(10)},
		{ID: "b", Conversation: "talk", Number: 2, At: at(20)},
		{ID: "c", Conversation: "talk", Number: 3, At: at(19)},
		{ID: "d", Conversation: "joined", Number: 1, At: at(5)},
		{ID: "e", Conversation: "notes", Number: 1, At: at(15)},
	}
	byTime(all)
	var got helpdesk.ID
	for _, m := range all {
		got += m.ID
	}
	if got != "daebc" {
		t.Errorf("got %s", got)
	}
}
