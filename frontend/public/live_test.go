package public

import "testing"

func FuzzAFrame(f *testing.F) {
	f.Add([]byte(`{"after":3,"beside":-2,"ping":1}`))
	f.Add([]byte(`{"say":{"id":"AAAAAAAAAAAAAAAAAAAAAA","text":"hej"}}`))
	f.Add([]byte(`{"after":-9,"say":{"id":"' OR 1"}}`))
	f.Add([]byte(`[[[`))
	f.Fuzz(func(t *testing.T, in []byte) {
		said, err := listened(in)
		if err != nil {
			return
		}
		if said.Say != nil && !clientID(said.Say.ID) || said.After != nil && *said.After < 0 || said.Beside != nil && *said.Beside < 0 {
			t.Fatalf("%q became %+v", in, said)
		}
	})
}
