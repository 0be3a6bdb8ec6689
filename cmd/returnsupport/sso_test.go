package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/vault"
)

func TestTheOrganisationsSignInIsNamedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	secret, broken := filepath.Join(dir, "secret"), filepath.Join(dir, "broken")
	for path, text := range map[string]string{secret: "kanarie-secret\n", broken: "one\ntwo\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := func(values map[string]string) func(string) string {
		return func(name string) string { return values[strings.TrimPrefix(name, "RETURNSUPPORT_")] }
	}
	whole := map[string]string{"SSO_NAME": "Nord", "SSO_ISSUER": "https://login.nord.example", "SSO_CLIENT": "desk", "SSO_SECRET_FILE": secret, "DATA": dir}
	set, _, err := readSettings(nil, env(whole), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := set.sso.staff()
	if err != nil || got.Name != "Nord" || got.ClientSecret != "kanarie-secret" {
		t.Errorf("read %v, %v", got, err)
	}
	var shown strings.Builder
	printSettings(&shown, env(whole), set)
	if strings.Contains(shown.String(), "kanarie") {
		t.Error("the secret is shown")
	}
	h, err := build(t.Context(), set, vault.NewSecrets(), vault.Cost{MiB: 1, Passes: 1}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if h.staff.SSOName() != "Nord" {
		t.Error("the house does not know it")
	}
	for name, value := range map[string]string{"SSO_NAME": "", "SSO_ISSUER": "http://login.nord.example", "SSO_CLIENT": "", "SSO_SECRET_FILE": broken} {
		spoilt := map[string]string{}
		for k, v := range whole {
			spoilt[k] = v
		}
		spoilt[name] = value
		set, _, err := readSettings(nil, env(spoilt), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := set.sso.staff(); err == nil {
			t.Errorf("%s=%q is taken", name, value)
		}
	}
}
