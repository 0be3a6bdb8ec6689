package housetest

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
)

// Must ends a test that an error stands in the way of.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Refused asks for a refusal by its key.
func Refused(t testing.TB, err error, key string) {
	t.Helper()
	var r helpdesk.Refusal
	if !errors.As(err, &r) || r.Key != key {
		t.Fatalf("want refusal %s, got %v", key, err)
	}
}

// Fails asks for an error of a kind.
func Fails(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("want %v, got %v", want, err)
	}
}
