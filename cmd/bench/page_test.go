package main

import "testing"

func TestAPagesWeightIsAllThatABrowserFetches(t *testing.T) {
	p := fewFor(t).openPages()
	defer p.close()
	for _, first := range firstPages {
		w, err := p.weigh("/ti"+first.path, "ti")
		if err != nil {
			t.Fatal(err)
		}
		if w.text < 2000 || w.all <= w.text {
			t.Errorf("%s: %d bytes before the text, %d in all", first.name, w.text, w.all)
		}
	}
}
