package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The machine is off unless an operator names it, and a setting that leads
// nowhere stops the start instead of leaving it half on.
func TestTheMachineIsOffUntilItIsNamed(t *testing.T) {
	s, _, err := readSettings(nil, func(string) string { return "" }, nil)
	if err != nil || !s.machine.off() {
		t.Fatalf("on by itself: %+v, %v", s.machine, err)
	}
	dir := t.TempDir()
	key, empty := filepath.Join(dir, "key"), filepath.Join(dir, "empty")
	for name, text := range map[string]string{key: "canary\n", empty: " \n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		fits bool
	}{
		{[]string{"--translate-url", "http://127.0.0.1:5000"}, true},
		{[]string{"--translate-url", "http://libretranslate:5000", "--translate-key-file", key}, true},
		{[]string{"--translate-url", "https://translate.example", "--translate-outside", "translate.example"}, true},
		{[]string{"--translate-url", "https://translate.example", "--translate-outside", "other.example"}, false},
		{[]string{"--translate-url", "http://translate.example", "--translate-outside", "translate.example"}, false},
		{[]string{"--translate-url", "translate.example"}, false},
		{[]string{"--translate-key-file", key}, false},
		{[]string{"--translate-url", "http://127.0.0.1:5000", "--translate-key-file", empty}, false},
		{[]string{"--translate-url", "http://127.0.0.1:5000", "--translate-key-file", filepath.Join(dir, "absent")}, false},
	} {
		s, _, err := readSettings(c.args, func(string) string { return "" }, nil)
		if err != nil || s.machine.off() {
			t.Fatalf("%v: %v", c.args, err)
		}
		if _, err := s.machine.client(); (err == nil) != c.fits {
			t.Errorf("%v: %v", c.args, err)
		}
	}
}
