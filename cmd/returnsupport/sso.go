package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"returnsupport/helpdesk/staff"
)

// ssoSettings say where the organisation's own sign-in is.
type ssoSettings struct{ name, issuer, client, secretFile string }

// staff is the sign-in itself; the zero one where none is named.
func (s ssoSettings) staff() (staff.SSO, error) {
	out := staff.SSO{Name: s.name, Issuer: s.issuer, ClientID: s.client}
	if s.secretFile != "" {
		b, err := os.ReadFile(s.secretFile)
		if err != nil {
			return staff.SSO{}, fmt.Errorf("setting sso-secret-file: %w", err)
		}
		if out.ClientSecret = strings.TrimSpace(string(b)); out.ClientSecret == "" || len(b) > keyMost || strings.ContainsAny(out.ClientSecret, "\r\n") {
			return staff.SSO{}, errors.New("setting sso-secret-file: the file holds no secret on one line")
		}
	}
	if err := out.Check(); err != nil {
		return staff.SSO{}, fmt.Errorf("settings sso: %w", err)
	}
	return out, nil
}
